/** A photo that came in place of a page, and the number said beside a photo. */
import type { Migration } from 'kysely'

export const replacedPages: Migration = {
  async up(db) {
    await db.schema.alterTable('source').addColumn('replaces', 'integer').execute()
    await db.schema.alterTable('source').addColumn('said_page', 'integer').execute()
  },
}
