/** Mails as the people of the demo send them, written octet by octet as their phones would; and what lies in the outbox for them. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Message } from '../../message/message'
import { parseMessage } from '../../message/parse-message'

export interface PlayedMail {
  from: { name: string; address: string }
  to: string
  subject: string
  text: string
  date: Date
  inReplyTo?: string | null
  files?: { name: string; mediaType: string; content: Uint8Array; inline?: boolean }[]
}

const word = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`)
const folded = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')

/** RFC 5322 message with CRLF. */
export function writeMail(mail: PlayedMail): Buffer {
  const boundary = `demo-${randomBytes(9).toString('hex')}`
  const head = [
    `From: ${mail.from.name === '' ? '' : `${word(mail.from.name)} `}<${mail.from.address}>`,
    `To: <${mail.to}>`,
    `Subject: ${word(mail.subject)}`,
    `Date: ${mail.date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomBytes(9).toString('hex')}@${mail.from.address.split('@')[1] ?? 'example'}>`,
    ...(mail.inReplyTo ? [`In-Reply-To: ${mail.inReplyTo}`, `References: ${mail.inReplyTo}`] : []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ]
  const parts = [`Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${folded(Buffer.from(mail.text))}`]
  for (const file of mail.files ?? [])
    parts.push(
      `Content-Type: ${file.mediaType}; name="${word(file.name)}"\r\nContent-Disposition: ${file.inline ? 'inline' : 'attachment'}; filename="${word(file.name)}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${folded(file.content)}`,
    )
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`)
}

export interface Delivered {
  file: string
  to: string
  replyTo: string
  message: Message
}

/** Every mail of a folder outbox, in the order it left. */
export async function deliveredIn(folder: string): Promise<Delivered[]> {
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.eml')).sort()
  const mails: Delivered[] = []
  for (const name of names) {
    const bytes = await readFile(join(folder, name))
    const message = await parseMessage(bytes)
    const header = (wanted: string): string => message.headers.find((one) => one.name === wanted)?.value ?? ''
    mails.push({
      file: join(folder, name),
      to: header('x-envelope-to')
        .replace(/[<>\s]/g, '')
        .toLowerCase(),
      replyTo: message.replyTo[0]?.address ?? message.from?.address ?? '',
      message,
    })
  }
  return mails
}

export const pdfOf = (mail: Delivered | undefined) => mail?.message.files.find((file) => file.mediaType === 'application/pdf')
/** Piles that came to the teacher. */
export const bundlesTo = (teacher: string) => (mails: Delivered[]) =>
  mails.filter((mail) => mail.to === teacher && /^3b_...._.*\.pdf$/.test(pdfOf(mail)?.filename ?? ''))
