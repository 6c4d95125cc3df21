/** A photo that came in place of a page: which one. */
import type { Migration } from 'kysely'

export const replacedPages: Migration = {
  async up(db) {
    await db.schema.alterTable('source').addColumn('replaces', 'integer').execute()
  },
}
