/** The deeds' settings, from the configuration, the calendar it names, and the key that signs links. */
import type { Config } from '../config/schema'
import type { Holiday } from '../school/quiet-time'
import type { ActSettings } from './settings'

export const actSettingsOf = (config: Config, holidays: Holiday[], linkKey: string | null = null): ActSettings => ({
  domain: config.domain,
  school: config.school,
  locale: config.locale,
  timezone: config.timezone,
  office: config.office,
  operator: config.operator,
  quiet: { hours: config.quiet.hours, days: config.quiet.days, holidays },
  undoMs: config.post.undoMs,
  graceMs: config.bundle.graceMs,
  late: config.bundle.late,
  lateBy: config.bundle.lateBy,
  receiptWaitMs: config.receipt.waitMs,
  mailsPerSenderHour: config.limits.mailsPerSenderHour,
  pagesPerSubmission: config.limits.pagesPerSubmission,
  photosPerMessage: config.limits.photosPerMessage,
  maxOutboundBytes: config.outbound.maxMessageBytes,
  digestAt: config.digest.at,
  digestDays: config.digest.days,
  retentionMailMs: config.retention.mailMs,
  retentionPagesMs: config.retention.pagesMs,
  authPolicy: config.auth.policy,
  trustedNetworks: config.smtp.trustedNetworks,
  links: config.http.publicUrl === null || linkKey === null ? null : { base: config.http.publicUrl, key: linkKey },
})
