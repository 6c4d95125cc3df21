/** A mail's source made ready: its subject and its body, compiled. Refuses sources with unknown helpers, without subject, or with signs of ours in them. */
import type Handlebars from 'handlebars'
import type { Locale } from '../school/people'
import type { TemplateName } from './mails'
import { helperNames, phrasebook, type Words } from './phrases'
import { hasPlaceholderSigns } from './values'

export interface Template {
  subject: Handlebars.TemplateDelegate
  body: Handlebars.TemplateDelegate
}

export interface Templates {
  mails: Record<Locale, Record<TemplateName, Template>>
  words: Record<Locale, Words>
  layout: Handlebars.TemplateDelegate
}

/** Every mail there is, for loading; the compiler holds it against TemplateName. */
export const templateNames = Object.keys({
  assignment: 0,
  confirmation: 0,
  'is-it-you': 0,
  receipt: 0,
  'no-page-found': 0,
  reminder: 0,
  question: 0,
  answer: 0,
  bundle: 0,
  'late-work': 0,
  'return-report': 0,
  'returned-copy': 0,
  digest: 0,
  'which-assignment': 0,
  refused: 0,
  'change-notice': 0,
  done: 0,
  status: 0,
  help: 0,
  why: 0,
  'delivery-failed': 0,
  'office-unreachable': 0,
  incident: 0,
  'forwarded-to-office': 0,
} satisfies Record<TemplateName, 0>) as TemplateName[]

const handlebars = phrasebook()
const knownHelpers = Object.fromEntries([...helperNames, 'if', 'unless', 'each', 'with'].map((name) => [name, true]))

/** Strict: a name that is not in the data is a mistake of the template, never silence. Values come escaped by the parts, not here. */
function compile(source: string): Handlebars.TemplateDelegate {
  const options = { strict: true, noEscape: true, knownHelpers: knownHelpers as unknown as CompileOptions['knownHelpers'], knownHelpersOnly: true }
  // compile() looks at the source only when it first runs; this looks now.
  handlebars.precompile(source, options)
  return handlebars.compile(source, options)
}

/** From `---\nsubject: …\n---\nbody`. Throws on a source that cannot become a mail. */
export function templateOf(source: string): Template {
  const match = /^---\nsubject: *([^\n]+)\n---\n(.*)$/su.exec(source.replace(/\r\n/gu, '\n'))
  if (!match) throw new Error('a template begins with ---, subject: …, ---')
  if (hasPlaceholderSigns(source)) throw new Error('a template holds a private-use sign')
  return { subject: compile(match[1] ?? ''), body: compile(match[2] ?? '') }
}

/** The frame of every HTML part; the one template that escapes by itself. */
export const layoutOf = (source: string): Handlebars.TemplateDelegate => handlebars.compile(source, { strict: true })
