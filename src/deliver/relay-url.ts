/** `[outbound] url` for SMTP, read and checked. */
import { Fault } from '../errors'

export interface SmtpAddress {
  host: string
  port: number
  secure: boolean
  auth: { user: string; pass: string } | null
  insecure: boolean
}

/** @throws Fault config-invalid; its text never holds the URL, which may hold a password */
export function parseRelayUrl(text: string): SmtpAddress {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new Fault('config-invalid', '[outbound] url: want smtp://HOST:PORT, smtps://USER:PASSWORD@HOST or file:FOLDER')
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'insecure')
  if (unknown !== undefined) throw new Fault('config-invalid', '[outbound] url: the only option is ?insecure=1')
  const secure = url.protocol === 'smtps:'
  const auth = url.username === '' ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    // RFC 8314 §3.3 and RFC 6409 for those who log in; a relay that knows us by our address listens on 25.
    port: url.port !== '' ? Number(url.port) : secure ? 465 : auth ? 587 : 25,
    secure,
    auth,
    insecure: url.searchParams.get('insecure') === '1',
  }
}
