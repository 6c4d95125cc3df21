/** The first schema. A migration is never changed once it has landed. */
import type { CreateTableBuilder, Kysely, Migration } from 'kysely'

type Columns = Record<string, 'text' | 'integer' | 'bigint' | 'real' | 'text?' | 'integer?' | 'bigint?' | 'real?'>

const withColumns = (table: CreateTableBuilder<string, never>, columns: Columns): CreateTableBuilder<string, never> => {
  let result = table
  for (const [name, type] of Object.entries(columns)) {
    const optional = type.endsWith('?')
    const base = (optional ? type.slice(0, -1) : type) as 'text' | 'integer' | 'bigint' | 'real'
    result = result.addColumn(name as never, base, (column) => (optional ? column : column.notNull())) as CreateTableBuilder<string, never>
  }
  return result
}

const tables: Record<string, { columns: Columns; key: string[]; numbered?: true }> = {
  person: { columns: { id: 'text', name: 'text', email: 'text?', language: 'text?', digest_off: 'integer?' }, key: ['id'] },
  membership: {
    columns: { class: 'text', person_id: 'text', role: 'text', position: 'integer', groups: 'text', subject: 'text?', ended_at: 'bigint?' },
    key: ['class', 'person_id'],
  },
  guardianship: {
    columns: { guardian_id: 'text', student_id: 'text', access: 'text', household: 'text', position: 'integer', ended_at: 'bigint?' },
    key: ['guardian_id', 'student_id'],
  },
  mail: {
    columns: {
      id: 'text',
      source: 'text',
      source_key: 'text?',
      sender: 'text?',
      recipients: 'text',
      client_address: 'text?',
      helo: 'text?',
      received_at: 'bigint',
      bytes: 'bigint',
      blob: 'text?',
      state: 'text',
      reason: 'text?',
      kind: 'text?',
      why: 'text?',
      author_id: 'text?',
      handled_at: 'bigint?',
    },
    key: ['id'],
  },
  seen: { columns: { key: 'text', mail_id: 'text' }, key: ['key'] },
  assignment: {
    columns: {
      code: 'text',
      class: 'text',
      teacher_id: 'text',
      mail_id: 'text',
      title: 'text',
      body: 'text',
      due_at: 'bigint?',
      due_phrase: 'text?',
      state: 'text',
      created_at: 'bigint',
      leave_at: 'bigint',
      only_students: 'text?',
      sequence: 'integer',
      bundled_at: 'bigint?',
    },
    key: ['code'],
  },
  assignment_file: {
    columns: { assignment: 'text', position: 'integer', blob: 'text', filename: 'text', media_type: 'text', bytes: 'bigint' },
    key: ['assignment', 'position'],
  },
  reply_address: {
    columns: {
      token: 'text',
      purpose: 'text',
      person_id: 'text?',
      address: 'text?',
      assignment: 'text?',
      student_id: 'text?',
      household: 'text?',
      ref: 'text?',
      created_at: 'bigint',
      used_at: 'bigint?',
    },
    key: ['token'],
  },
  copy: {
    columns: {
      token: 'text',
      assignment: 'text',
      student_id: 'text',
      person_id: 'text',
      household: 'text',
      address: 'text',
      delivery: 'text',
      failure: 'text?',
    },
    key: ['token'],
  },
  submission: {
    columns: {
      assignment: 'text',
      student_id: 'text',
      first_at: 'bigint?',
      last_at: 'bigint?',
      postmark_at: 'bigint?',
      late: 'integer',
      excused: 'integer',
      absent: 'integer',
      due_at: 'bigint?',
    },
    key: ['assignment', 'student_id'],
  },
  source: {
    columns: {
      id: 'text',
      assignment: 'text',
      student_id: 'text',
      mail_id: 'text',
      kind: 'text',
      blob: 'text',
      filename: 'text?',
      media_type: 'text',
      text: 'text?',
      received_at: 'bigint',
      position: 'integer',
      state: 'text',
      error: 'text?',
    },
    key: ['id'],
  },
  page: {
    columns: {
      source_id: 'text',
      assignment: 'text',
      student_id: 'text',
      number: 'integer',
      blob: 'text?',
      width: 'integer?',
      height: 'integer?',
      rotation: 'integer',
      verdict: 'text',
      sharpness: 'real?',
      exposure: 'real?',
      bytes: 'bigint?',
    },
    key: [],
    numbered: true,
  },
  question: {
    columns: {
      id: 'text',
      assignment: 'text',
      student_id: 'text',
      student_token: 'text?',
      mail_id: 'text',
      text: 'text',
      asked_at: 'bigint',
      answered_at: 'bigint?',
    },
    key: ['id'],
  },
  bundle: { columns: { id: 'text', assignment: 'text', kind: 'text', parts: 'text', made_at: 'bigint' }, key: ['id'] },
  bundle_page: { columns: { bundle_id: 'text', page_id: 'integer' }, key: ['bundle_id', 'page_id'] },
  correction: { columns: { id: 'text', assignment: 'text', mail_id: 'text', blob: 'text', state: 'text', received_at: 'bigint' }, key: ['id'] },
  returned: {
    columns: { assignment: 'text', student_id: 'text', blob: 'text', correction_id: 'text', pages: 'integer', returned_at: 'bigint' },
    key: ['assignment', 'student_id', 'blob'],
  },
  outbox: {
    columns: {
      id: 'text',
      cause: 'text',
      template: 'text',
      mail: 'text',
      message_id: 'text',
      token: 'text?',
      person_id: 'text?',
      assignment: 'text?',
      student_id: 'text?',
      state: 'text',
      attempts: 'integer',
      next_attempt_at: 'bigint',
      reply: 'text?',
      created_at: 'bigint',
      sent_at: 'bigint?',
    },
    key: ['id'],
  },
  job: {
    columns: {
      id: 'text',
      kind: 'text',
      key: 'text?',
      data: 'text',
      state: 'text',
      due_at: 'bigint',
      attempts: 'integer',
      kills: 'integer',
      tried_since: 'bigint?',
      lease_until: 'bigint?',
      error: 'text?',
      created_at: 'bigint',
    },
    key: ['id'],
  },
  notice: { columns: { key: 'text', at: 'bigint' }, key: ['key'] },
}

const indexes: { name: string; table: string; columns: string[]; unique?: true }[] = [
  { name: 'person_email', table: 'person', columns: ['email'] },
  { name: 'membership_person', table: 'membership', columns: ['person_id'] },
  { name: 'guardianship_student', table: 'guardianship', columns: ['student_id'] },
  { name: 'mail_source_key', table: 'mail', columns: ['source_key'], unique: true },
  { name: 'mail_state', table: 'mail', columns: ['state'] },
  { name: 'mail_sender', table: 'mail', columns: ['sender', 'received_at'] },
  { name: 'assignment_class', table: 'assignment', columns: ['class', 'created_at'] },
  { name: 'reply_address_assignment', table: 'reply_address', columns: ['assignment', 'student_id'] },
  { name: 'copy_assignment', table: 'copy', columns: ['assignment', 'student_id', 'address'], unique: true },
  { name: 'source_once', table: 'source', columns: ['assignment', 'student_id', 'blob'], unique: true },
  { name: 'page_once', table: 'page', columns: ['source_id', 'number'], unique: true },
  { name: 'page_submission', table: 'page', columns: ['assignment', 'student_id'] },
  { name: 'question_assignment', table: 'question', columns: ['assignment', 'student_id'] },
  { name: 'bundle_assignment', table: 'bundle', columns: ['assignment'] },
  { name: 'bundle_page_page', table: 'bundle_page', columns: ['page_id'] },
  { name: 'outbox_cause', table: 'outbox', columns: ['cause'], unique: true },
  { name: 'outbox_message_id', table: 'outbox', columns: ['message_id'] },
  { name: 'outbox_due', table: 'outbox', columns: ['state', 'next_attempt_at'] },
  { name: 'job_due', table: 'job', columns: ['state', 'due_at'] },
  { name: 'job_key', table: 'job', columns: ['key'] },
]

/** `numberType` is the dialect's own column type for running numbers: `integer` (SQLite, with AUTOINCREMENT) or `serial` (PostgreSQL). */
export const first = (numberType: 'integer' | 'serial'): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [name, { columns, key, numbered }] of Object.entries(tables)) {
      let table = db.schema.createTable(name) as unknown as CreateTableBuilder<string, never>
      if (numbered)
        table = table.addColumn('id' as never, numberType, (column) =>
          numberType === 'serial' ? column.primaryKey() : column.primaryKey().autoIncrement(),
        ) as CreateTableBuilder<string, never>
      table = withColumns(table, columns)
      if (key.length > 0) table = table.addPrimaryKeyConstraint(`${name}_pk`, key as never[]) as CreateTableBuilder<string, never>
      await table.execute()
    }
    for (const { name, table, columns, unique } of indexes) {
      const index = db.schema.createIndex(name).on(table).columns(columns)
      await (unique ? index.unique() : index).execute()
    }
  },
})
