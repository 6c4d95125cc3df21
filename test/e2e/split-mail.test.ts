/** A pupil's mail that came in three pieces, the last one first. */
import { jpeg } from './pictures'
import { inSchool, minute } from './school'
import { writeMail } from './writing'

test(
  'a reply that was split on its way waits for its pieces and is then one reply; POURQUOI says how it was understood',
  inSchool({}, async (school) => {
    await school.post()
    const mail = await school.replyOf('zoe', { text: 'Voici ma page.', files: [await jpeg(1)] })
    const bytes = writeMail(mail).toString('latin1')
    const third = Math.ceil(bytes.length / 3)
    const piece = (number: number): Buffer =>
      Buffer.from(
        `From: <${mail.from ?? ''}>\r\nTo: <${[mail.to].flat().join()}>\r\nSubject: ${number}\r\nMIME-Version: 1.0\r\nContent-Type: message/partial; id="x@phone"; number=${number}; total=3\r\n\r\n${bytes.slice((number - 1) * third, number * third)}`,
        'latin1',
      )
    for (const number of [3, 1]) await school.send({ ...mail, raw: piece(number) })
    expect((await school.mails()).filter(({ reason }) => reason === 'part-of-a-mail').map(({ state }) => state)).toEqual(['held', 'held'])
    expect(await school.pages('zoe')).toHaveLength(0)
    await school.send({ ...mail, raw: piece(2) })
    await school.settle()
    expect((await school.pages('zoe')).map((page) => page.verdict)).toEqual(['good'])
    expect((await school.mails()).filter(({ state }) => state === 'held')).toEqual([])
    await school.advance(10 * minute)
    const receipt = await school.one({ template: 'receipt' })
    expect(receipt.message.files.filter((file) => file.contentId !== null).map((file) => file.mediaType)).toEqual(['image/jpeg'])
    await school.send(await school.replyOf('zoe', { text: 'POURQUOI' }))
    const why = await school.one({ template: 'why' })
    expect(why.text).toContain('il répond à l’adresse de ce travail')
  }),
)
