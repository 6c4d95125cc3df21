/** Whether the relay would take mail from us: connects, says EHLO, STARTTLS and logs in where it has to. Hands no mail over. */
import { codeOf, isFault } from '../errors'
import { parseRelayUrl } from './relay-url'
import { openLink, RelayUnreachable } from './smtp-link'

/** null: it would. Else why not, with no credentials in it. Never throws for what the relay or the network does, nor for a wrong URL. */
export async function probeRelay(url: string, options: { heloName: string; timeMs: number }): Promise<string | null> {
  try {
    const link = await openLink(parseRelayUrl(url), { folder: '', heloName: options.heloName, connectMs: options.timeMs, replyMs: options.timeMs })
    link.quit()
    return null
  } catch (error) {
    return error instanceof RelayUnreachable || isFault(error) ? error.message : codeOf(error)
  }
}
