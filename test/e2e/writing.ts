/** Mails as people's programs write them, octet by octet, and the dialogue that hands them over. Writes wrong ones too. */
import { randomBytes } from 'node:crypto'
import { SmtpClient } from '../receive/smtp-client'

export interface FileToSend {
  name: string | null
  mediaType: string
  content: Uint8Array
  inline?: boolean
}

export interface MailToSend {
  /** Mailbox of the author; null: no From at all. */
  from: string | null
  /** Envelope recipients. */
  to: string | string[]
  /** Null: no Subject at all. */
  subject?: string | null
  text?: string
  files?: FileToSend[]
  inReplyTo?: string
  /** Lines on top of the head, e.g. trace fields. */
  headers?: string[]
  date?: Date
  messageId?: string
  /** Envelope sender where it is not the author; '' is the null one. */
  envelopeFrom?: string
  /** In place of everything that is written from the above. */
  raw?: Buffer
}

const word = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`)
const folded = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')

/** RFC 5322 message with CRLF. */
export function writeMail(mail: MailToSend): Buffer {
  if (mail.raw) return mail.raw
  const boundary = `part-${randomBytes(9).toString('hex')}`
  const to = [mail.to].flat()
  const { subject = '', text = '' } = mail
  const head = [
    ...(mail.headers ?? []),
    ...(mail.from === null ? [] : [`From: <${mail.from}>`]),
    `To: ${to.map((one) => `<${one}>`).join(', ')}`,
    ...(subject === null ? [] : [`Subject: ${word(subject)}`]),
    `Date: ${(mail.date ?? new Date()).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${mail.messageId ?? `<${randomBytes(9).toString('hex')}@phone.example>`}`,
    ...(mail.inReplyTo ? [`In-Reply-To: ${mail.inReplyTo}`, `References: ${mail.inReplyTo}`] : []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ]
  const parts = [`Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${folded(Buffer.from(text))}`]
  for (const file of mail.files ?? []) {
    const name = file.name === null ? '' : `name="${word(file.name)}"`
    parts.push(
      `Content-Type: ${file.mediaType}${name && `; ${name}`}\r\nContent-Disposition: ${file.inline ? 'inline' : 'attachment'}${name && `; file${name}`}\r\nContent-Transfer-Encoding: base64\r\n\r\n${folded(file.content)}`,
    )
  }
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`)
}

/** Hands a message over; the reply that decided: of the first refused recipient, else of the whole message. */
export async function handOver(port: number, mail: MailToSend, bytes = writeMail(mail)): Promise<string> {
  const client = new SmtpClient(port)
  try {
    await client.reply()
    await client.ask('EHLO phone.example')
    await client.ask(`MAIL FROM:<${mail.envelopeFrom ?? mail.from ?? ''}>`)
    for (const to of [mail.to].flat()) {
      const answer = await client.ask(`RCPT TO:<${to}>`)
      if (!answer.startsWith('250')) return answer
    }
    await client.ask('DATA')
    client.raw(Buffer.from(bytes.toString('latin1').replace(/^\./gm, '..'), 'latin1'))
    return await client.ask(bytes.subarray(-2).toString() === '\r\n' ? '.' : '\r\n.')
  } finally {
    client.end()
  }
}
