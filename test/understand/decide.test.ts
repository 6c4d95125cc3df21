/** The policy, rule by rule: first column says what it shows. */
import type { AssignmentCode, ClassName, PersonId } from '../../src/school/people'
import { decide } from '../../src/understand/decide'
import type { Author, Facts, ReplyContext } from '../../src/understand/facts'
import type { CommandName, Reading } from '../../src/understand/reading'

const code = 'K7Q2' as AssignmentCode
const other = 'M4PZ' as AssignmentCode
const threeB = '3b' as ClassName
const id = (text: string): PersonId => text as PersonId

const file = (filename: string, mediaType = 'image/jpeg') => ({
  filename,
  mediaType,
  declaredType: mediaType,
  disposition: 'attachment' as const,
  contentId: null,
  content: { size: 1, path: null },
  sha256: filename,
  origin: 'part' as const,
  within: null,
})
const reading = (changes: Partial<Reading> = {}): Reading => ({
  messageId: '<m@x>',
  from: { name: '', address: 'x@y' },
  subject: 'Re: Maths',
  date: null,
  kind: 'other',
  intent: null,
  intents: [],
  why: 'no-rule',
  text: '',
  quoted: '',
  language: 'fr',
  due: null,
  otherDue: null,
  replacesPage: null,
  duePhrase: null,
  command: null,
  pages: [],
  documents: [],
  others: [],
  ignored: [],
  bounce: null,
  partial: null,
  replyToken: null,
  threadIds: [],
  codeInSubject: null,
  links: [],
  problems: [],
  ...changes,
})
const author = (person: string, changes: Partial<Author> = {}): Author => ({ person: id(person), teaches: [], studies: [], wards: [], ...changes })
const anne = author('t-1', { teaches: [threeB] })
const zoe = author('e-1', { studies: [threeB] })
const ewa = author('g-1', { wards: [id('e-1')] })
const reply = (changes: Partial<ReplyContext> = {}): ReplyContext => ({
  token: 'tok',
  purpose: 'student',
  person: id('e-1'),
  assignment: code,
  student: id('e-1'),
  ref: null,
  used: false,
  ...changes,
})
const toClass = { kind: 'class' as const, class: threeB, group: null }
const toReply = (changes: Partial<ReplyContext> = {}) => ({ kind: 'reply' as const, reply: reply(changes) })
const known = { code, class: threeB, teacher: id('t-1'), state: 'open' as const }
const facts = (changes: Partial<Facts>): Facts => ({
  target: toClass,
  authors: [],
  believed: 'yes',
  thread: null,
  assignments: [known],
  tasks: [],
  seenBefore: false,
  ...changes,
})
const command = (name: CommandName, argument = '') => ({ command: { name, argument } })
const page = { pages: [file('IMG_1.jpg')], intents: ['work' as const] }

test.each<[string, Partial<Reading>, Partial<Facts>, string, string]>([
  ['a report at a bounce address', { kind: 'bounce' }, { target: { kind: 'bounce', token: 't' } }, 'book-bounce', 'bounce-address'],
  ['anything else at a bounce address is noted', page, { target: { kind: 'bounce', token: 't' }, authors: [zoe] }, 'note', 'bounce-address-other'],
  ['a vacation note with the right token is no work', { kind: 'auto-reply', ...page }, { target: toReply(), authors: [zoe] }, 'note', 'no-rule'],
  ['postmaster', {}, { target: { kind: 'postmaster' } }, 'tell-operator', 'postmaster'],
  ['the same content again', page, { target: toReply(), authors: [zoe], seenBefore: true }, 'note', 'seen-before'],
  ['OK with the token', command('confirm'), { target: toReply({ purpose: 'confirm', ref: 'm1' }) }, 'confirm', 'confirmation-yes'],
  ['NON with the token', command('deny'), { target: toReply({ purpose: 'confirm', ref: 'm1' }) }, 'deny', 'confirmation-no'],
  [
    'OK in the thread without the token confirms nothing',
    command('confirm'),
    { authors: [zoe], thread: reply({ purpose: 'confirm', ref: 'm1' }) },
    'command',
    'family-command',
  ],
  ['OK a second time', command('confirm'), { target: toReply({ purpose: 'confirm', ref: 'm1', used: true }) }, 'note', 'confirmation-used'],
  ['a digit', { text: '2' }, { target: toReply({ purpose: 'choose', ref: '{}' }) }, 'place', 'choice-digit'],
  ['words where a digit was asked', { text: 'le premier' }, { target: toReply({ purpose: 'choose', ref: '{}' }) }, 'hold', 'choice-unclear'],
  [
    'the teacher answers a question',
    { text: 'Oui.' },
    { target: toReply({ purpose: 'question', person: id('t-1'), ref: 'q1' }), authors: [anne] },
    'answer-question',
    'answer-to-question',
  ],
  [
    'somebody else with the token of a question',
    { text: 'Oui.' },
    { target: toReply({ purpose: 'question', person: id('t-1'), ref: 'q1' }), authors: [zoe] },
    'hold',
    'not-the-teacher',
  ],
  ['a teacher posts', { text: 'Exercices 3 et 4', subject: 'Thalès' }, { authors: [anne] }, 'post', 'teacher-posts'],
  ['an unproven teacher is asked', { text: 'Exercices', subject: 'Thalès' }, { authors: [anne], believed: 'no' }, 'ask-teacher', 'teacher-not-proven'],
  [
    'DNS without an answer is waited for',
    { text: 'Exercices', subject: 'Thalès' },
    { authors: [anne], believed: 'undecided' },
    'wait-for-dns',
    'dns-undecided',
  ],
  ['a forged command changes nothing', { ...command('cancel') }, { authors: [anne], believed: 'no' }, 'ask-teacher', 'teacher-not-proven'],
  ['an empty mail of a teacher', { subject: '' }, { authors: [anne] }, 'refuse', 'post-empty'],
  ['a teacher of another class', { text: 'x', subject: 'x' }, { authors: [author('t-9', { teaches: ['4a' as ClassName] })] }, 'refuse', 'not-your-class'],
  ['a command to the class is no post', command('remind'), { authors: [anne] }, 'command', 'command-only-assignment'],
  [
    'a command in a thread names its assignment',
    command('close'),
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'command',
    'command-in-thread',
  ],
  [
    'a command that could mean two assignments is asked about',
    command('close'),
    { authors: [anne], assignments: [known, { ...known, code: other }] },
    'refuse',
    'command-which-assignment',
  ],
  [
    'the pile comes back in its thread',
    { pages: [file('copies.pdf', 'application/pdf')] },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'take-correction',
    'correction-in-thread',
  ],
  [
    'the pile comes to the class under its own name',
    { pages: [file('3b_K7Q2_Thales.pdf', 'application/pdf')], subject: 'copies' },
    { authors: [anne] },
    'take-correction',
    'correction-by-name',
  ],
  [
    'a teacher’s words in a thread go to nobody',
    { text: 'Merci !' },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'refuse',
    'teacher-text-in-thread',
  ],
  [
    'OK beside the pile does not hide it',
    { pages: [file('copies.pdf', 'application/pdf')], ...command('confirm') },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'take-correction',
    'correction-in-thread',
  ],
  [
    'another command beside pages is that command',
    { pages: [file('copies.pdf', 'application/pdf')], ...command('close') },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'command',
    'command-in-thread',
  ],
  [
    'marks typed in a thread are taken',
    { text: 'Zoé : 15/20, bien' },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne] },
    'take-remarks',
    'remarks-in-thread',
  ],
  [
    'forged marks are asked about',
    { text: 'Zoé : 15/20, bien' },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne], believed: 'no' },
    'ask-teacher',
    'teacher-not-proven',
  ],
  [
    'words about a returned copy are for the teacher, whatever they are',
    { text: 'Merci beaucoup', intents: [] },
    { target: toReply({ ref: 'returned' }), authors: [zoe] },
    'accept',
    'reply-token',
  ],
  [
    'a forged correction is asked about',
    { pages: [file('copies.pdf', 'application/pdf')] },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [anne], believed: 'no' },
    'ask-teacher',
    'teacher-not-proven',
  ],
  [
    'a teacher’s token in another hand',
    { pages: [file('copies.pdf', 'application/pdf')] },
    { target: toReply({ purpose: 'teacher', person: id('t-1'), student: null }), authors: [zoe] },
    'hold',
    'teacher-thread-other-sender',
  ],
  ['the token alone suffices, from any mailbox', page, { target: toReply(), authors: [] }, 'accept', 'reply-token'],
  ['a parent’s phone', page, { target: toReply(), authors: [ewa] }, 'accept', 'reply-token'],
  ['the thread, from the pupil', page, { authors: [zoe], thread: reply() }, 'accept', 'thread'],
  ['the thread, from a stranger, is no proof', page, { authors: [], thread: reply() }, 'hold', 'no-rule'],
  ['one open task', page, { authors: [zoe], tasks: [{ assignment: code, student: id('e-1') }] }, 'accept', 'only-open-task'],
  [
    'several open tasks are asked about',
    page,
    {
      authors: [zoe],
      tasks: [
        { assignment: code, student: id('e-1') },
        { assignment: other, student: id('e-1') },
      ],
    },
    'ask-which',
    'several-open-tasks',
  ],
  [
    'a code in the subject chooses',
    { ...page, codeInSubject: code },
    {
      authors: [zoe],
      tasks: [
        { assignment: code, student: id('e-1') },
        { assignment: other, student: id('e-1') },
      ],
    },
    'accept',
    'code-in-subject',
  ],
  [
    'siblings behind one mailbox are asked about',
    page,
    {
      authors: [zoe, author('e-2', { studies: [threeB] })],
      tasks: [
        { assignment: code, student: id('e-1') },
        { assignment: code, student: id('e-2') },
      ],
    },
    'ask-which',
    'several-open-tasks',
  ],
  ['a pupil’s post reaches nobody', { text: 'Coucou la classe', subject: 'x' }, { authors: [zoe] }, 'refuse', 'no-open-task'],
  ['voilà without a photo', { text: 'voilà' }, { target: toReply(), authors: [zoe] }, 'ask-photo', 'reply-token'],
  ['a cancelled assignment', page, { target: toReply(), authors: [zoe], assignments: [{ ...known, state: 'cancelled' }] }, 'refuse', 'assignment-cancelled'],
  ['a closed one still takes work', page, { target: toReply(), authors: [zoe], assignments: [{ ...known, state: 'closed' }] }, 'accept', 'reply-token'],
  ['a purged one is held, never guessed', page, { target: toReply(), authors: [zoe], assignments: [] }, 'hold', 'assignment-unknown'],
  ['a pupil’s command', command('status'), { target: toReply(), authors: [zoe] }, 'command', 'family-command'],
  ['a stranger’s command does nothing', command('status'), { target: toReply(), authors: [] }, 'hold', 'command-of-stranger'],
  [
    'STOP to a digest',
    command('digest', 'STOP'),
    { target: toReply({ purpose: 'guardian', person: id('g-1'), assignment: null, student: null }), authors: [ewa] },
    'command',
    'family-command',
  ],
  [
    'words to a digest reach a person',
    { text: 'Merci' },
    { target: toReply({ purpose: 'guardian', person: id('g-1'), assignment: null, student: null }), authors: [ewa] },
    'tell-operator',
    'digest-answer',
  ],
  [
    'a digest answered by somebody else',
    { text: 'x' },
    { target: toReply({ purpose: 'guardian', person: id('g-1'), assignment: null, student: null }), authors: [] },
    'hold',
    'digest-answer-other-sender',
  ],
  ['a stranger to the class', { text: 'Achetez', subject: 'Promo' }, { authors: [] }, 'hold', 'no-rule'],
  [
    'a teacher who is a parent here answers as a parent',
    page,
    { target: toReply({ person: id('t-1') }), authors: [author('t-1', { teaches: [threeB], wards: [id('e-1')] })] },
    'accept',
    'reply-token',
  ],
])('%s', (_story, read, given, deed, why) => {
  const decision = decide(reading(read), facts(given))
  expect([decision.deed, decision.why]).toEqual([deed, why])
})

test('a mail may be work and question and absence at once', () => {
  const decision = decide(
    reading({ ...page, intents: ['work', 'question', 'absence'], text: 'Je suis malade, faut-il le 5 ?' }),
    facts({ target: toReply(), authors: [zoe] }),
  )
  expect(decision).toMatchObject({ deed: 'accept', work: true, question: true, absence: true, author: 'e-1' })
})
