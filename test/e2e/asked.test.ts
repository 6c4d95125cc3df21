/** What people leave open in a few words: "tomorrow" after midnight, and a photo "for page 2". */
import { teacher } from './people'
import { jpeg } from './pictures'
import { inSchool, minute } from './school'

test(
  '"page 2" beside one photo puts it in the place of page 2',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { text: 'Voici.', files: [await jpeg(1), await jpeg(2), await jpeg(3)] })
    await school.settle()
    await school.advance(10 * minute)
    const before = await school.pages('zoe')
    await school.reply('zoe', { text: 'Voici la page 2, mieux.', files: [await jpeg(4)] })
    await school.settle()
    const after = await school.pages('zoe')
    expect([after.length, after[0]?.id, after[2]?.id]).toEqual([3, before[0]?.id, before[2]?.id])
    expect(after[1]?.id).not.toBe(before[1]?.id)
    await school.advance(10 * minute)
    expect((await school.left({ template: 'receipt' })).at(-1)?.text).toContain('La page 2 remplace l’ancienne')
  }),
)

test(
  '"tomorrow" written after midnight is asked, and one word settles it',
  inSchool({ start: new Date('2020-03-17T00:20:00+01:00') }, async (school) => {
    await school.post({ subject: 'Maths', text: 'Exercice 3 pour demain à 18h.', date: new Date('2020-03-17T00:20:00+01:00') })
    const confirmation = await school.one({ to: teacher, template: 'confirmation' })
    expect(confirmation.text).toContain('Est-ce bien mercredi 18 mars, 18 h')
    expect(confirmation.text).toContain('Si vous pensiez à mardi 17 mars, 18 h')
    const command = /répondez (REPORTER [^.]*\.? ?\d+ mars[^.]*)\./.exec(confirmation.text)?.[1] ?? ''
    await school.command(command)
    expect((await school.assignments()).map((one) => one.dueAt?.toISOString())).toEqual(['2020-03-17T17:00:00.000Z'])
  }),
)
