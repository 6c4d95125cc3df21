/** Reads the templates of a folder, all at once, so that a missing or broken one is known when the service starts and not when its mail is due. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import type { Locale } from '../school/people'
import type { TemplateName } from './mails'
import type { Words } from './phrases'
import { layoutOf, type Template, templateNames, templateOf, type Templates } from './template'

/** templates/ stands beside src/ and beside dist/. */
export const templateFolder = join(__dirname, '..', '..', 'templates')

/** Throws, naming the file, when one is missing or cannot be compiled: the package is incomplete then. */
export function loadTemplates(folder: string = templateFolder): Templates {
  return {
    mails: { fr: mailsIn(folder, 'fr'), en: mailsIn(folder, 'en') },
    words: { fr: wordsIn(folder, 'fr'), en: wordsIn(folder, 'en') },
    layout: layoutOf(readFileSync(join(folder, 'layout.html'), 'utf8')),
  }
}

const wordsIn = (folder: string, locale: Locale): Words => JSON.parse(readFileSync(join(folder, locale, 'words.json'), 'utf8')) as Words

function mailsIn(folder: string, locale: Locale): Record<TemplateName, Template> {
  const mails = templateNames.map((name): [string, Template] => {
    const path = join(locale, `${name}.md`)
    try {
      return [name, templateOf(readFileSync(join(folder, path), 'utf8'))]
    } catch (error) {
      throw new Error(`template ${path} cannot be used`, { cause: error })
    }
  })
  return Object.fromEntries(mails) as Record<TemplateName, Template>
}

/** The page of a link that ends what comes unasked. */
export function unsubscribePage(school: string, folder: string = templateFolder): (what: 'digest' | 'reminder', is: 'asks' | 'done' | 'stale') => string {
  const page = pageIn(folder, 'unsubscribe.html')
  return (what, is) => page(school, { digest: what === 'digest', asks: is === 'asks', done: is === 'done' })
}

/** The page at `/` of the web face. */
export const homePage = (school: string, folder: string = templateFolder): string => pageIn(folder, 'home.html')(school, {})

/** A page of the web face: its content, in the frame that all share. */
function pageIn(folder: string, file: string): (school: string, data: object) => string {
  const compiled = (name: string): Handlebars.TemplateDelegate => Handlebars.create().compile(readFileSync(join(folder, name), 'utf8'))
  const [frame, content] = [compiled('page.html'), compiled(file)]
  return (school, data) => frame({ school, content: content(data) })
}
