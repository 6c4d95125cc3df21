/** Renders for tests: real templates, one school. */
import { render } from '../../src/text/render'
import { loadTemplates } from '../../src/text/template-files'
import type { MailData, TemplateName } from '../../src/text/mails'

export const templates = loadTemplates()
export const replyAddress = 'k7q2-abcdefghjkmnpqrs@devoirs.college.example'

export const renderOf = <Name extends TemplateName>(
  template: Name,
  data: MailData[Name],
  locale: 'fr' | 'en' = 'fr',
  canReply = true,
  timezone = 'Europe/Paris',
) =>
  render(
    templates,
    {
      template,
      locale,
      data,
      from: { name: '', address: '3b@devoirs.college.example' },
      replyTo: canReply ? { name: '', address: replyAddress } : null,
    },
    { timezone, school: 'Collège Jean-Moulin' },
  )

/** What a reader sees of the HTML part. */
export const visibleOf = (html: string): string =>
  html
    .replace(/^[\s\S]*<body[^>]*>/u, '')
    .replace(/<br>/gu, '\n')
    .replace(/<\/(?:p|h1|h2|li|td|th|div|blockquote)>/gu, '\n')
    .replace(/<[^>]*>/gu, '')
    .replace(/&lt;/gu, '<')
    .replace(/&gt;/gu, '>')
    .replace(/&quot;/gu, '"')
    .replace(/&#39;/gu, "'")
    .replace(/&amp;/gu, '&')
