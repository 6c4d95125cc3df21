/** The policy: what a message means for one of its recipients. Pure; first rule that answers wins; nothing is guessed, nothing disappears (CONVERSATION.md, section 1.2). */
import type { AssignmentCode, ClassName, PersonId } from '../school/people'
import type { Author, Facts, KnownAssignment, ReplyContext, Task } from './facts'
import { type CommandName, filesToPassOn, type Reading } from './reading'
import { looksLikeRemarks } from './which-remarks'
import { isCorrection, namedAssignment, overTaskNamed, replyOf, tokenOf } from './which-assignment'
import type { Why } from './whys'

export type RefusalReason =
  | 'not-your-class'
  | 'class-only-for-teachers'
  | 'assignment-closed'
  | 'assignment-cancelled'
  | 'assignment-unknown'
  | 'empty-mail'
  | 'command-unclear'
  | 'command-not-available'
  | 'text-is-no-command'

/** Every decision carries the stable code of the rule that took it. */
export type Decision = { why: Why } & (
  | { deed: 'book-bounce'; token: string | null }
  | { deed: 'note' }
  | { deed: 'hold'; reason: string }
  | { deed: 'wait-for-dns' }
  | { deed: 'tell-operator' }
  | { deed: 'refuse'; person: PersonId; reason: RefusalReason; assignment: AssignmentCode | null }
  | { deed: 'post'; class: ClassName; teacher: PersonId; group: string | null }
  | { deed: 'ask-teacher'; teacher: PersonId; class: ClassName | null }
  | { deed: 'confirm' | 'deny'; reply: ReplyContext }
  | {
      deed: 'accept'
      assignment: AssignmentCode
      student: PersonId
      reply: ReplyContext | null
      author: PersonId | null
      work: boolean
      question: boolean
      absence: boolean
    }
  | { deed: 'ask-photo'; assignment: AssignmentCode; student: PersonId; reply: ReplyContext | null; author: PersonId | null }
  | { deed: 'ask-which'; author: PersonId; tasks: Task[] }
  | { deed: 'place'; reply: ReplyContext; choice: number }
  | {
      deed: 'command'
      name: CommandName
      argument: string
      author: PersonId
      role: 'teacher' | 'student' | 'guardian'
      assignment: AssignmentCode | null
      student: PersonId | null
      reply: ReplyContext | null
    }
  /** `believed` false: pages of a copier, which the teacher has to release. */
  | { deed: 'take-correction'; assignment: AssignmentCode; teacher: PersonId; believed?: boolean }
  | { deed: 'take-remarks'; assignment: AssignmentCode; teacher: PersonId }
  | { deed: 'answer-question'; question: string; teacher: PersonId; assignment: AssignmentCode }
)

/** `ref` of the reply addresses that returned copies carry. */
export const answersReturnedCopy = 'returned'

type Rule = (reading: Reading, facts: Facts) => Decision | null

/** The order is the policy. */
const rules: Rule[] = [
  isBounce,
  isAutomatic,
  isForPostmaster,
  isSeenBefore,
  isAnswerToConfirmation,
  isAnswerToChoice,
  isAnswerToQuestion,
  isTeachersMail,
  isStudentReply,
  isFamilysMail,
  isGuardianReply,
]

/** What to do with a message for one recipient. Always answers: what no rule knows is held. */
export function decide(message: Reading, facts: Facts): Decision {
  // A mail program's "unsubscribe" is the word STOP.
  const reading: Reading = message.kind === 'unsubscribe' ? { ...message, command: { name: 'digest', argument: 'stop' } } : message
  for (const rule of rules) {
    const decision = rule(reading, facts)
    if (decision !== null) return decision
  }
  return { deed: 'hold', reason: facts.authors.length === 0 ? 'unknown-sender' : 'not-understood', why: 'no-rule' }
}

function isBounce(reading: Reading, facts: Facts): Decision | null {
  if (facts.target.kind === 'bounce')
    return reading.kind === 'bounce' ? { deed: 'book-bounce', token: facts.target.token, why: 'bounce-address' } : { deed: 'note', why: 'bounce-address-other' }
  if (reading.kind !== 'bounce') return null
  return { deed: 'book-bounce', token: replyOf(facts)?.token ?? null, why: reading.why }
}

function isAutomatic(reading: Reading): Decision | null {
  return reading.kind === 'auto-reply' ? { deed: 'note', why: reading.why } : null
}

function isForPostmaster(_reading: Reading, facts: Facts): Decision | null {
  return facts.target.kind === 'postmaster' ? { deed: 'tell-operator', why: 'postmaster' } : null
}

function isSeenBefore(_reading: Reading, facts: Facts): Decision | null {
  return facts.seenBefore ? { deed: 'note', why: 'seen-before' } : null
}

/** The token of a confirmation was mailed to the roster address alone: whoever has it, reads that mailbox. */
function isAnswerToConfirmation(reading: Reading, facts: Facts): Decision | null {
  const reply = tokenOf(facts)
  if (reply?.purpose !== 'confirm') return null
  if (reply.used) return { deed: 'note', why: 'confirmation-used' }
  const answer = reading.command?.name
  if (answer === 'confirm' || answer === 'release') return { deed: 'confirm', reply, why: 'confirmation-yes' }
  if (answer === 'deny') return { deed: 'deny', reply, why: 'confirmation-no' }
  return { deed: 'hold', reason: 'confirmation-unclear', why: 'confirmation-unclear' }
}

function isAnswerToChoice(reading: Reading, facts: Facts): Decision | null {
  const reply = tokenOf(facts) ?? facts.thread
  if (reply?.purpose !== 'choose') return null
  if (reply.used) return { deed: 'note', why: 'choice-used' }
  const digit = /^\s*(?:=\s*)?(\d{1,2})\b/.exec(reading.command?.name === 'place' ? reading.command.argument : reading.text)
  if (digit?.[1] !== undefined) return { deed: 'place', reply, choice: Number(digit[1]), why: 'choice-digit' }
  return { deed: 'hold', reason: 'choice-unclear', why: 'choice-unclear' }
}

function isAnswerToQuestion(reading: Reading, facts: Facts): Decision | null {
  const reply = replyOf(facts)
  if (reply?.purpose !== 'question' || reply.ref === null || reply.assignment === null || reply.person === null) return null
  const doubt = doubtOf(facts, reply.person)
  if (doubt) return doubt
  if (reading.text === '' && filesToPassOn(reading).length === 0)
    return { deed: 'refuse', person: reply.person, reason: 'empty-mail', assignment: reply.assignment, why: 'answer-empty' }
  return { deed: 'answer-question', question: reply.ref, teacher: reply.person, assignment: reply.assignment, why: 'answer-to-question' }
}

/** A teacher acts by command, by giving a corrected bundle back, or by posting. One rule of belief for all of it (THREATS.md, F40). */
function isTeachersMail(reading: Reading, facts: Facts): Decision | null {
  const reply = replyOf(facts)
  const named = namedAssignment(reading, facts, reply)
  const name = facts.target.kind === 'class' ? facts.target.class : (named?.class ?? null)
  const teacher = facts.authors.find((author) => name !== null && author.teaches.includes(name))
  const isTeacherThread = reply?.purpose === 'teacher'
  if (!teacher) {
    const elsewhere =
      facts.target.kind === 'class' && facts.authors.find((author) => author.teaches.length > 0 && author.studies.length === 0 && author.wards.length === 0)
    if (elsewhere)
      return doubtOf(facts, elsewhere.person) ?? { deed: 'refuse', person: elsewhere.person, reason: 'not-your-class', assignment: null, why: 'not-your-class' }
    return isTeacherThread ? { deed: 'hold', reason: 'teacher-thread-other-sender', why: 'teacher-thread-other-sender' } : null
  }
  // A teacher who is also a parent here answers a child's copy as a parent.
  if (reply?.purpose === 'student' || reply?.purpose === 'guardian') return null
  const doubt = doubtOf(facts, teacher.person, name)
  if (doubt) return doubt
  // A code is no secret: it opens nothing to teachers of other classes.
  const isForeign = named !== null && !teacher.teaches.includes(named.class)
  if (isForeign && (reading.command !== null || isTeacherThread || isCorrection(reading, false)))
    return { deed: 'refuse', person: teacher.person, reason: 'assignment-unknown', assignment: null, why: 'assignment-of-another-class' }
  if (reading.command && !(named && goesWithPile(reading, isTeacherThread))) return teacherCommand(reading, facts, teacher, named, reply)
  if (named && isCorrection(reading, isTeacherThread))
    return { deed: 'take-correction', assignment: named.code, teacher: teacher.person, why: isTeacherThread ? 'correction-in-thread' : 'correction-by-name' }
  if (isTeacherThread) {
    const empty = reading.text === '' && reading.documents.length === 0
    if (named && looksLikeRemarks(reading.text)) return { deed: 'take-remarks', assignment: named.code, teacher: teacher.person, why: 'remarks-in-thread' }
    return {
      deed: 'refuse',
      person: teacher.person,
      reason: empty ? 'empty-mail' : 'text-is-no-command',
      assignment: named?.code ?? null,
      why: 'teacher-text-in-thread',
    }
  }
  if (facts.target.kind !== 'class') return { deed: 'hold', reason: 'teacher-without-class', why: 'teacher-without-class' }
  if (reading.text === '' && filesToPassOn(reading).length === 0 && reading.subject.trim() === '')
    return { deed: 'refuse', person: teacher.person, reason: 'empty-mail', assignment: null, why: 'post-empty' }
  return { deed: 'post', class: facts.target.class, teacher: teacher.person, group: facts.target.group, why: 'teacher-posts' }
}

/** A word about returning, beside the pile that is to be returned: it must not make the pile unseen. */
const goesWithPile = (reading: Reading, isTeacherThread: boolean): boolean =>
  ['confirm', 'release', 'hold', 'assign-page'].includes(reading.command?.name ?? '') && isCorrection(reading, isTeacherThread)

function teacherCommand(reading: Reading, facts: Facts, teacher: Author, named: KnownAssignment | null, reply: ReplyContext | null): Decision {
  const command = reading.command
  if (!command) throw new Error('called without a command')
  const open = facts.assignments.filter(
    (assignment) =>
      assignment.state !== 'cancelled' &&
      (facts.target.kind !== 'class' || assignment.class === facts.target.class) &&
      teacher.teaches.includes(assignment.class),
  )
  const latest = open.filter((assignment) => assignment.state === 'open' || assignment.state === 'waiting')
  const only = latest.length === 1 ? latest[0] : open.length === 1 ? open[0] : undefined
  // A code that names nothing is a slip: what else might be meant is not guessed.
  const assignment = named ?? (reading.codeInSubject === null ? only : null) ?? null
  const base = {
    deed: 'command' as const,
    name: command.name,
    argument: command.argument,
    author: teacher.person,
    role: 'teacher' as const,
    student: null,
    reply,
  }
  if (command.name === 'help' || command.name === 'why') return { ...base, assignment: assignment?.code ?? null, why: 'command-help' }
  if (!assignment)
    return {
      deed: 'refuse',
      person: teacher.person,
      reason: open.length === 0 || reading.codeInSubject !== null ? 'assignment-unknown' : 'command-unclear',
      assignment: null,
      why: 'command-which-assignment',
    }
  return { ...base, assignment: assignment.code, why: named ? 'command-in-thread' : 'command-only-assignment' }
}

/** Valid token: the pupil and the assignment are known, whoever's mailbox or phone it came from. */
function isStudentReply(reading: Reading, facts: Facts): Decision | null {
  const token = tokenOf(facts)
  const reply = token?.purpose === 'student' ? token : facts.thread?.purpose === 'student' && threadFits(facts, facts.thread) ? facts.thread : null
  if (!reply || reply.assignment === null || reply.student === null) return null
  return takeReply(reading, facts, { assignment: reply.assignment, student: reply.student }, reply, token ? 'reply-token' : 'thread')
}

/** A Message-ID is no secret of a pupil's: it counts for people of the roster who have to do with that pupil. */
function threadFits(facts: Facts, reply: ReplyContext): boolean {
  return facts.authors.some(
    (author) => author.person === reply.student || (reply.student !== null && author.wards.includes(reply.student)) || author.person === reply.person,
  )
}

/** A pupil or parent who writes to the class, or with an unknown thread: code in the subject, else one open task, else asked. */
function isFamilysMail(reading: Reading, facts: Facts): Decision | null {
  const author = facts.authors.find((one) => one.studies.length > 0 || one.wards.length > 0)
  if (!author || facts.target.kind !== 'class') return null
  const coded = reading.codeInSubject === null ? [] : facts.tasks.filter((task) => task.assignment === reading.codeInSubject)
  const candidates = coded.length > 0 ? coded : facts.tasks
  const [only] = candidates
  const over = coded.length > 0 ? null : overTaskNamed(reading, facts)
  if (over) return takeReply(reading, facts, over, null, 'code-in-subject')
  if (candidates.length === 1 && only) return takeReply(reading, facts, only, null, coded.length > 0 ? 'code-in-subject' : 'only-open-task')
  if (reading.command) return familyCommand(reading, author, null, null)
  if (candidates.length > 1) return { deed: 'ask-which', author: author.person, tasks: candidates, why: 'several-open-tasks' }
  return { deed: 'refuse', person: author.person, reason: 'class-only-for-teachers', assignment: null, why: 'no-open-task' }
}

function takeReply(reading: Reading, facts: Facts, task: Task, reply: ReplyContext | null, why: Why): Decision {
  const author = facts.authors.find((one) => one.person === task.student || one.wards.includes(task.student)) ?? null
  const known = facts.assignments.find((assignment) => assignment.code === task.assignment)
  if (!known) return { deed: 'hold', reason: 'assignment-unknown', why: 'assignment-unknown' }
  if (reading.command && reading.pages.length === 0) {
    if (author) return familyCommand(reading, author, task, reply)
    return { deed: 'hold', reason: 'command-of-stranger', why: 'command-of-stranger' }
  }
  if (known.state === 'cancelled')
    return author
      ? { deed: 'refuse', person: author.person, reason: 'assignment-cancelled', assignment: known.code, why: 'assignment-cancelled' }
      : { deed: 'hold', reason: 'assignment-cancelled', why: 'assignment-cancelled' }
  const work = reading.pages.length > 0 || reading.documents.length > 0 || reading.intents.includes('work')
  const question = reading.intents.includes('question')
  const absence = reading.intents.includes('absence')
  const base = { ...task, reply, author: author?.person ?? null, why }
  // Whatever words answer a returned copy go to the teacher (CONVERSATION.md, M11).
  if (reply?.ref === answersReturnedCopy && reading.text !== '')
    return { deed: 'accept', ...base, work: reading.pages.length > 0, question: true, absence: false }
  if (!work && !question && !absence) return { deed: 'ask-photo', ...base }
  return { deed: 'accept', ...base, work, question, absence }
}

function familyCommand(reading: Reading, author: Author, task: Task | null, reply: ReplyContext | null): Decision {
  const command = reading.command
  if (!command) throw new Error('called without a command')
  const role = task && author.wards.includes(task.student) && author.studies.length === 0 ? 'guardian' : author.studies.length > 0 ? 'student' : 'guardian'
  return {
    deed: 'command',
    name: command.name,
    argument: command.argument,
    author: author.person,
    role,
    assignment: task?.assignment ?? null,
    student: task?.student ?? null,
    reply,
    why: 'family-command',
  }
}

/** Answers to a digest: preferences are commands, words go to a person. */
function isGuardianReply(reading: Reading, facts: Facts): Decision | null {
  const reply = replyOf(facts)
  if (reply?.purpose !== 'guardian' || reply.person === null) return null
  const author = facts.authors.find((one) => one.person === reply.person)
  if (!author) return { deed: 'hold', reason: 'digest-answer-other-sender', why: 'digest-answer-other-sender' }
  if (reading.command) return familyCommand(reading, author, null, reply)
  // Mail programs that unsubscribe by mail write a text of their own under our subject.
  if (/^\s*unsubscribe\s*$/iu.test(reading.subject)) return familyCommand({ ...reading, command: { name: 'digest', argument: 'stop' } }, author, null, reply)
  return { deed: 'tell-operator', why: 'digest-answer' }
}

/** Null when the teacher may be believed. Undecided is neither pass nor fail (THREATS.md, A23). */
function doubtOf(facts: Facts, teacher: PersonId, name: ClassName | null = null): Decision | null {
  const isAuthor = facts.authors.some((author) => author.person === teacher)
  if (!isAuthor) return { deed: 'hold', reason: 'not-the-teacher', why: 'not-the-teacher' }
  if (facts.believed === 'yes') return null
  if (facts.believed === 'undecided') return { deed: 'wait-for-dns', why: 'dns-undecided' }
  return { deed: 'ask-teacher', teacher, class: name, why: 'teacher-not-proven' }
}
