/** Roster lines → a roster that holds together, or every fault with its line. All or nothing. */
import { addressOf, type GuardianRight } from '../school/people'
import type { Roster, RosterFault, RosterLine, RosterOutcome } from './roster'

export interface RosterSettings {
  /** Addresses at this domain are ours and can be nobody's mailbox (a loop). */
  domain: string
  /** Pupils the store has already, for guardians whose child is in no file of this import. */
  knownStudents: ReadonlySet<string>
}

const classPattern = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}._-]{0,30}$/u
const reserved = /^(postmaster|abuse|admin|mailer-daemon|r-.*|b-.*)$/
const rights: readonly string[] = ['full', 'digest', 'none']

export function checkRoster(lines: RosterLine[], settings: RosterSettings): RosterOutcome {
  const check = new Check(settings)
  for (const line of lines) check.take(line)
  check.finish()
  return check.faults.length > 0 ? { ok: false, faults: check.faults } : { ok: true, roster: check.roster }
}

class Check {
  readonly faults: RosterFault[] = []
  readonly roster: Roster = { people: [], memberships: [], guardianships: [] }
  private readonly people = new Map<string, { line: RosterLine; role: string }>()
  private readonly wards: { line: RosterLine; student: string }[] = []

  constructor(private readonly settings: RosterSettings) {}

  take(line: RosterLine): void {
    const before = this.faults.length
    const role = line.role.toLowerCase()
    if (!['teacher', 'student', 'guardian'].includes(role)) return this.fault(line, `role is "${line.role}": use teacher, student or guardian`)
    if (line.id === '') this.fault(line, 'id is empty: give each person an id of their own, the same in every file')
    if (line.name === '') this.fault(line, 'name is empty: give first name and family name')
    const email = line.email === '' ? null : addressOf(line.email)
    if (line.email !== '' && email === null) this.fault(line, `email "${line.email}" is no mail address: mend it, or leave it empty`)
    if (email?.endsWith(`@${this.settings.domain}`))
      this.fault(line, `email is at ${this.settings.domain}, which is the gateway's own domain: give the person's own mailbox`)
    if (role === 'teacher' && email === null && line.email === '') this.fault(line, 'email is empty: a teacher posts by mail and needs an address')
    const name = line.class.toLowerCase()
    if (role !== 'guardian' && name === '') this.fault(line, 'class is empty: give the local part of the class address, such as 3b')
    if (role !== 'guardian' && name !== '' && (!classPattern.test(name) || reserved.test(name)))
      this.fault(line, `class "${line.class}" cannot be the local part of an address: use letters, digits, ".", "-" or "_", such as 3b`)
    if (role === 'guardian' && line.of === '') this.fault(line, 'of is empty: name the id of the student this guardian is responsible for')
    if (role !== 'guardian' && line.of !== '') this.fault(line, `of is only for guardians: leave it empty for a ${role}`)
    if (line.right !== '' && !rights.includes(line.right.toLowerCase())) this.fault(line, `right is "${line.right}": use full, digest or none`)
    if (this.faults.length > before) return
    this.takePerson(line, role, email)
    if (role === 'guardian') this.wards.push({ line, student: line.of })
    else
      this.roster.memberships.push({
        class: name,
        person: line.id,
        role: role as 'teacher' | 'student',
        groups: line.groups.split(/\s+/u).filter(Boolean),
        subject: line.subject || null,
      })
  }

  private takePerson(line: RosterLine, role: string, email: Roster['people'][number]['email']): void {
    const known = this.people.get(line.id)
    if (!known) {
      this.people.set(line.id, { line, role })
      this.roster.people.push({ id: line.id, name: line.name, email, language: line.language.toLowerCase() || null })
      return
    }
    if (known.line.name !== line.name)
      this.fault(line, `id "${line.id}" stands for another name on line ${known.line.line}: give different people different ids`)
    else if ((known.line.email || '').toLowerCase() !== line.email.toLowerCase())
      this.fault(line, `id "${line.id}" has another email on line ${known.line.line}: write the same on both lines`)
    const twice = this.roster.memberships.some((membership) => membership.person === line.id && membership.class === line.class.toLowerCase())
    if (role !== 'guardian' && twice) this.fault(line, `id "${line.id}" stands twice in class "${line.class}": remove one of the lines`)
  }

  finish(): void {
    const students = new Set(this.roster.memberships.filter((membership) => membership.role === 'student').map((membership) => membership.person))
    for (const { line, student } of this.wards) {
      if (!students.has(student) && !this.settings.knownStudents.has(student)) {
        this.fault(line, `of names "${student}", and no student has this id: mend it, or add the student's line`)
        continue
      }
      if (this.roster.guardianships.some((one) => one.guardian === line.id && one.student === student)) {
        this.fault(line, `guardian "${line.id}" of "${student}" stands here twice: remove one of the lines`)
        continue
      }
      this.roster.guardianships.push({
        guardian: line.id,
        student,
        right: (line.right.toLowerCase() || 'full') as GuardianRight,
        household: line.household || line.id,
      })
    }
    this.faults.sort((a, b) => (a.file === b.file ? a.line - b.line : 0))
  }

  private fault(line: RosterLine, message: string): void {
    this.faults.push({ file: line.file, line: line.line, message })
  }
}
