/** Mail that machines write: failure reports, automatic answers, our own mail coming back, lists, and the same mail twice. */
import { classAddress, domain, office, operator, teacher } from './people'
import { jpeg } from './pictures'
import { inSchool, type Left, minute, type School } from './school'
import { type MailToSend, writeMail } from './writing'

const zoe = 'zoe.martin@famille.example'

/** RFC 3464, as a mail server of today writes it. */
function report(to: string, copy: Left, { status = '5.1.1', action = 'failed' } = {}): MailToSend {
  const lines = [
    'From: MAILER-DAEMON@mx.famille.example',
    `To: <${to}>`,
    'Subject: Undelivered Mail Returned to Sender',
    'Date: Mon, 16 Mar 2020 07:05:00 +0000',
    `Message-ID: <${status}.${action}.${copy.to}@mx.famille.example>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'I could not deliver the message.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.famille.example',
    '',
    `Final-Recipient: rfc822; ${copy.to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${copy.message.messageId ?? ''}`,
    `Subject: x`,
    '--b--',
    '',
  ]
  return { from: null, envelopeFrom: '', to, raw: Buffer.from(lines.join('\r\n')) }
}

const deliveries = async (school: School, student: string) =>
  (await school.gateway.database.db.selectFrom('copy').select(['address', 'delivery']).where('student_id', '=', student).orderBy('address').execute()).map(
    (copy) => `${copy.address} ${copy.delivery}`,
  )

test(
  'a copy that comes back goes to the next address of the household, and the teacher is told once of all failures',
  inSchool({}, async (school) => {
    await school.post()
    const copies = await school.left({ template: 'assignment' })
    const [ewa, own] = ['ewa.nowak@famille.example', zoe].map((to) => copies.find((copy) => copy.to === to) as Left) as [Left, Left]
    // Once by the address it was sent from, once by the Message-ID it names alone.
    await school.send(report(ewa.envelopeFrom, ewa))
    await school.send(report(`postmaster@${domain}`, own))
    await school.send(report(ewa.envelopeFrom, ewa))
    expect(await school.sentTo('maria.nowak@famille.example')).toEqual(['assignment'])
    expect(await school.sentTo('sophie.martin@famille.example')).toEqual(['assignment'])
    expect(await deliveries(school, 'lukasz')).toEqual([
      'ewa.nowak@famille.example failed',
      'jan.nowak@ailleurs.example delivered',
      'maria.nowak@famille.example delivered',
    ])
    expect(await deliveries(school, 'zoe')).toEqual(['sophie.martin@famille.example delivered', `${zoe} failed`])
    await school.advance(2 * minute)
    const told = await school.one({ to: teacher, template: 'delivery-failed' })
    expect(told.text).toMatch(/Zoé Martin/)
    expect(told.text).toMatch(/Łukasz Nowak/)
    expect(await school.sentTo(operator)).toEqual([])
    // Each copy has an address of its own; both lead to the same pupil.
    await school.reply('lukasz', { from: 'maria.nowak@famille.example', files: [await jpeg(1)] })
    expect(await school.pages('lukasz')).toHaveLength(1)
  }),
)

test(
  'a delay or a success reported changes nothing',
  inSchool({}, async (school) => {
    await school.post()
    const copy = await school.copyFor('zoe')
    await school.send(report(copy.envelopeFrom, copy, { action: 'delayed', status: '4.4.1' }))
    await school.send(report(copy.envelopeFrom, copy, { action: 'delivered', status: '2.0.0' }))
    await school.advance(2 * minute)
    expect(await deliveries(school, 'zoe')).toEqual([`${zoe} delivered`])
    expect(await school.left({ template: 'delivery-failed' })).toEqual([])
    expect((await school.mails()).slice(1)).toEqual([
      { state: 'handled', reason: null },
      { state: 'handled', reason: null },
    ])
  }),
)

test(
  'when no address is left the pupil is unreachable, and the teacher learns it with the office’s address',
  inSchool({}, async (school) => {
    await school.post()
    await school.send(report((await school.copyFor('yanis')).envelopeFrom, await school.copyFor('yanis')))
    await school.advance(2 * minute)
    const told = await school.one({ template: 'delivery-failed' })
    expect(told.text).toContain('Yanis Moreau')
    expect(told.text).toContain(office)
  }),
)

test(
  'automatic answers, our own mail coming back and list mail are noted, and nobody is written to',
  inSchool({}, async (school) => {
    await school.post()
    const copy = await school.copyFor('zoe')
    const confirmation = await school.one({ to: teacher })
    const before = (await school.left()).length
    const automatic: MailToSend[] = [
      { from: zoe, to: copy.replyTo, subject: 'Absence du bureau', text: 'Je suis absente jusqu’à lundi.', headers: ['Auto-Submitted: auto-replied'] },
      { from: zoe, to: copy.replyTo, subject: 'Réponse automatique : Maths', text: 'Je suis en vacances ?', headers: ['X-Autoreply: yes'] },
      { from: teacher, to: confirmation.replyTo, subject: 'Out of office', text: 'ANNULER', headers: ['Auto-Submitted: auto-replied'] },
      { from: classAddress, to: copy.replyTo, raw: Buffer.from(copy.raw.replace(/^X-Envelope-.*\r\n/gm, ''), 'latin1') },
      { from: classAddress, to: classAddress, raw: Buffer.from(copy.raw.replace(/^X-Envelope-.*\r\n/gm, ''), 'latin1') },
      {
        from: 'liste@infos.example',
        to: classAddress,
        subject: 'Lettre de la semaine',
        text: 'Nos offres. Désabonnez-vous ici ?',
        headers: ['List-Id: <infos.example>', 'Precedence: bulk'],
      },
    ]
    for (const mail of automatic) await school.send(mail)
    await school.advance(2 * minute)
    expect((await school.left()).length).toBe(before)
    expect(await school.pages()).toEqual([])
    expect(await school.assignments()).toHaveLength(1)
    for (const mail of (await school.mails()).slice(1)) expect(mail.state === 'held' ? mail.reason : mail.state).toMatch(/^(?:handled|[a-z-]+)$/)
  }),
)

test(
  'the same mail delivered twice, with other trace fields, has its effect once',
  inSchool({}, async (school) => {
    await school.post()
    const reply = await school.replyOf('zoe', { files: [await jpeg(1)], date: school.clock.now() })
    const bytes = writeMail(reply)
    const trace = (name: string) => Buffer.concat([Buffer.from(`Received: from ${name}.example by mx.example; Mon, 16 Mar 2020 08:00:00 +0100\r\n`), bytes])
    await school.send({ ...reply, raw: trace('one') })
    await school.send({ ...reply, raw: trace('two') })
    expect(await school.pages('zoe')).toHaveLength(1)
    const post = { from: teacher, to: classAddress, subject: 'Pythagore', text: 'Exercice 9 pour vendredi 20 mars à 18h' }
    const posted = writeMail(post)
    for (const hop of ['one', 'two'])
      await school.send({
        ...post,
        raw: Buffer.concat([Buffer.from(`Received: from ${hop}.example by mx.example; Mon, 16 Mar 2020 08:00:00 +0100\r\n`), posted]),
      })
    expect(await school.assignments()).toHaveLength(2)
    await school.advance(2 * minute)
    expect(await school.sentTo(zoe)).toEqual(['assignment', 'assignment', 'receipt'])
  }),
)

test(
  'the same photo sent again in a new mail is said to be a double, and is one page',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.advance(2 * minute)
    await school.reply('zoe', { files: [await jpeg(1), await jpeg(2)], text: 'encore' })
    await school.advance(2 * minute)
    expect(await school.pages('zoe')).toHaveLength(2)
    expect((await school.left({ to: zoe, template: 'receipt' })).at(-1)?.text).toMatch(/IMG_1001\.jpg/)
  }),
)

test(
  'mail to postmaster and abuse reaches the operator whole',
  inSchool({}, async (school) => {
    await school.send({ from: 'quelquun@ailleurs.example', to: `Postmaster@${domain}`, subject: 'Problème', text: 'Vos mails n’arrivent plus.' })
    const mail = await school.one({ to: operator })
    expect(mail.text).toContain('Vos mails n’arrivent plus')
  }),
)
