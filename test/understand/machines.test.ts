/** Bounces, automatic replies and unsubscriptions told from what people write. */
import { parseMessage } from '../../src/message/parse-message'
import { readMail } from '../../src/understand/read-mail'
import { localPartAt, replyTokenOf } from '../../src/understand/who-is-addressed'

const settings = { domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr' as const, now: new Date('2020-03-16T08:00:00+01:00') }
const kindOf = async (head: string, body = 'Bonjour', sender: string | null = 'x@famille.example'): Promise<string> => {
  const text = `From: X <x@famille.example>\r\nTo: 3b@devoirs.college.example\r\n${head}\r\n\r\n${body}\r\n`
  return (await readMail(Buffer.from(text), { sender, recipients: [], clientAddress: null, helo: null, receivedAt: settings.now }, settings)).kind
}

test.each([
  ['Auto-Submitted', 'Auto-Submitted: auto-replied (vacation)\r\nSubject: Re: x'],
  ['X-Autoreply', 'X-Autoreply: yes\r\nSubject: Re: x'],
  ['Precedence: auto_reply', 'Precedence: auto_reply\r\nSubject: Re: x'],
  ['a vacation subject', 'Subject: Réponse automatique : Maths'],
  ['an English one', 'Subject: Out of office: Maths'],
  ['a read receipt', 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\nSubject: Lu : x'],
])('a machine answered: %s', async (_, head) => {
  expect(await kindOf(head)).toBe('auto-reply')
})

test.each([
  ['Auto-Submitted: no', 'Auto-Submitted: no\r\nSubject: Re: x'],
  ['an answer to a vacation note', 'Subject: Re: Absence du bureau'],
  ['an absent pupil', 'Subject: Re: x'],
  ['a mailing list', 'Precedence: list\r\nList-Id: <x.y>\r\nSubject: Re: x'],
])('a person answered: %s', async (_, head) => {
  expect(await kindOf(head, 'Je suis absente demain.')).toBe('reply')
})

test('an unsubscription is an address or a sentence of its own', async () => {
  expect(await kindOf('Cc: digest+unsubscribe@devoirs.college.example\r\nSubject: x')).toBe('unsubscribe')
  expect(await kindOf('Subject: Re: x', 'Désabonnez-moi, merci.')).toBe('unsubscribe')
  expect(await kindOf('Subject: Re: x', 'Mon exercice : conjuguer se désabonner au futur simple et au passé composé.')).toBe('reply')
})

test.each([
  [
    'RFC 3464',
    'Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1',
    { recipient: 'a@x.example', action: 'failed', status: '5.1.1', permanent: true },
  ],
  [
    'delayed',
    'Final-Recipient: rfc822; a@x.example\r\nAction: delayed\r\nStatus: 4.4.1',
    { recipient: 'a@x.example', action: 'delayed', status: '4.4.1', permanent: false },
  ],
  [
    'delivered',
    'Final-Recipient: rfc822; a@x.example\r\nAction: delivered\r\nStatus: 2.0.0',
    { recipient: 'a@x.example', action: 'delivered', status: '2.0.0', permanent: false },
  ],
  [
    'the failed one of two',
    'Final-Recipient: rfc822; a@x.example\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; b@x.example\r\nAction: failed\r\nStatus: 5.2.1',
    { recipient: 'b@x.example', action: 'failed' },
  ],
])('reads a report: %s', async (_, fields, expected) => {
  const text = `From: MAILER-DAEMON@x.example\r\nSubject: x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n${fields}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@x>\r\n\r\n--b--\r\n`
  const reading = await readMail(Buffer.from(text), { sender: null, recipients: [], clientAddress: null, helo: null, receivedAt: settings.now }, settings)
  expect(reading.kind).toBe('bounce')
  expect(reading.bounce).toMatchObject({ ...expected, originalMessageId: '<ours@x>' })
})

test('a person who writes of an undelivered mail is no bounce', async () => {
  expect(await kindOf('Subject: Mail non remis ?', 'Bonjour, mon mail n’a pas pu être remis, je réessaie.')).not.toBe('bounce')
})

test.each([
  ['r-abcdefghijkmnpqrstuvwxyz23', 'abcdefghijkmnpqrstuvwxyz23'],
  ['R-ABCDEFGHIJKMNPQRSTUVWXYZ23+sent', 'abcdefghijkmnpqrstuvwxyz23'],
  ['r-abcdefghijkmnpqrstuvwxyz2', null],
  ['3b', null],
])('finds the token in %s', (local, token) => {
  expect(replyTokenOf(local)).toBe(token && token.length === 26 ? token : null)
})

test('knows our domain in any case and with a trailing dot', () => {
  expect(localPartAt('<3B@DEVOIRS.college.example.>', settings.domain)).toBe('3b')
  expect(localPartAt('3b@devoirs.college.example.evil.example', settings.domain)).toBeNull()
})

test('parses what it reads only once', async () => {
  expect((await parseMessage(Buffer.from('Subject: x\r\n\r\ny'))).subject).toBe('x')
})
