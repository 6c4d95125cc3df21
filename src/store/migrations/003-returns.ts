/** What came back, page by page; remarks typed in the mail; and whether the teacher has said to wait. */
import type { Migration } from 'kysely'

export const returns: Migration = {
  async up(db) {
    await db.schema
      .createTable('returned_page')
      .addColumn('correction_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('assignment', 'text', (column) => column.notNull())
      .addColumn('number', 'integer')
      .addColumn('page_id', 'integer')
      .addColumn('student_id', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('rotation', 'integer', (column) => column.notNull())
      .addColumn('thumbnail', 'text')
      .addColumn('cleared', 'integer', (column) => column.notNull())
      .addColumn('released_at', 'bigint')
      .addPrimaryKeyConstraint('returned_page_pk', ['correction_id', 'position'])
      .execute()
    await db.schema.createIndex('returned_page_assignment').on('returned_page').columns(['assignment', 'student_id']).execute()
    await db.schema
      .createTable('remark')
      .addColumn('assignment', 'text', (column) => column.notNull())
      .addColumn('student_id', 'text', (column) => column.notNull())
      .addColumn('mark', 'text')
      .addColumn('words', 'text', (column) => column.notNull())
      .addColumn('mail_id', 'text', (column) => column.notNull())
      .addColumn('written_at', 'bigint', (column) => column.notNull())
      .addColumn('cleared', 'integer', (column) => column.notNull())
      .addColumn('released_at', 'bigint')
      .addPrimaryKeyConstraint('remark_pk', ['assignment', 'student_id'])
      .execute()
    await db.schema
      .createTable('return_hold')
      .addColumn('assignment', 'text', (column) => column.notNull().primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
