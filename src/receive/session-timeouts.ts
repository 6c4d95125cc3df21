/** Ends SMTP sessions that hold a place without bringing mail. One timer for all of them. */
import type { SmtpSession } from './smtp-session'

export interface SessionTimeouts {
  /** From one command to the next (RFC 5321 §4.5.3.2.7: at least 5 minutes); octets of half a command do not count. */
  commandMs: number
  /** A whole session, at the next moment without a message. */
  sessionMs: number
  /** One message, from DATA to its end. */
  dataMs: number
  /** A message must bring `windowBytes` in every window. */
  windowMs: number
  windowBytes: number
  /** A session that has been silent this long, and holds no mail, may have to give its place to another one. */
  evictableMs: number
}

export const defaultTimeouts: SessionTimeouts = {
  commandMs: 300_000,
  sessionMs: 1_800_000,
  dataMs: 1_800_000,
  windowMs: 10_000,
  windowBytes: 1000,
  evictableMs: 2000,
}

/** Looks at all sessions once a window. Returns how to stop it. */
export function watchTimeouts(sessions: () => Iterable<SmtpSession>, timeouts: SessionTimeouts): () => void {
  /** Octets of the running message at the last look. */
  const seen = new WeakMap<object, number>()
  const timer = setInterval(() => {
    const now = performance.now()
    for (const session of sessions()) {
      if (session.isReceiving) judgeMessage(session, now, timeouts, seen)
      else if (session.isIdle && now - session.startedAt > timeouts.sessionMs) session.reply({ code: 421, text: '4.4.2 Session too long' })
      else if (session.isIdle && now - session.lastCommandAt > timeouts.commandMs) session.reply({ code: 421, text: '4.4.2 Timeout' })
    }
  }, timeouts.windowMs)
  timer.unref()
  return () => clearInterval(timer)
}

function judgeMessage(session: SmtpSession, now: number, timeouts: SessionTimeouts, seen: WeakMap<object, number>): void {
  const stream = session._dataStream
  // Written to its end: what lasts now is our disk.
  if (!stream || stream.writableEnded) return
  const before = seen.get(stream)
  seen.set(stream, stream.byteLength)
  const drips = before !== undefined && stream.byteLength - before < timeouts.windowBytes && !stream.writableNeedDrain
  const lasts = session.dataSince !== null && now - session.dataSince > timeouts.dataMs
  if (!drips && !lasts) return
  session.reply({ code: 421, text: '4.4.2 Too slow' })
  // What the client still sends is no message any more.
  session.rawSocket.destroySoon()
}
