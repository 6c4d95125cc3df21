/** The same sheet sent twice, as photos of other bytes: the better one counts, and the receipt says so. */
import sharp from 'sharp'
import { jpeg } from './pictures'
import { inSchool, minute } from './school'

test(
  'a blurred photo gives its place to the sharp one that follows; a pale copy of it just goes; another sheet stays',
  inSchool({}, async (school) => {
    await school.post()
    const sharpPhoto = await jpeg(1, 'nette.jpg')
    const blurred = { ...sharpPhoto, name: 'floue.jpg', content: await sharp(sharpPhoto.content).blur(1.2).jpeg().toBuffer() }
    const again = { ...sharpPhoto, name: 'encore.jpg', content: await sharp(sharpPhoto.content).jpeg({ quality: 60 }).toBuffer() }
    await school.reply('zoe', { text: 'Voici.', files: [blurred, await jpeg(2, 'autre.jpg')] })
    await school.settle()
    const [first, second] = await school.pages('zoe')
    await school.reply('zoe', { text: 'Plus nette.', files: [sharpPhoto] })
    await school.settle()
    const better = await school.pages('zoe')
    expect(better).toHaveLength(2)
    expect(better[0]?.id).not.toBe(first?.id)
    expect(better[1]?.id).toBe(second?.id)
    await school.reply('zoe', { text: 'Encore une fois.', files: [again] })
    await school.settle()
    expect((await school.pages('zoe')).map((page) => page.id)).toEqual(better.map((page) => page.id))
    await school.advance(10 * minute)
    const receipt = (await school.left({ template: 'receipt' })).at(-1)
    expect(receipt?.text).toMatch(/floue\.jpg.*reçu en double/)
    expect(receipt?.text).toMatch(/encore\.jpg.*reçu en double/)
  }),
)
