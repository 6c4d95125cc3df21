/** Links to cloud folders that stand where a file should; nothing is ever fetched. */

const clouds =
  /https?:\/\/(?:[\w-]+\.){0,3}(?:drive\.google\.com|docs\.google\.com|photos\.google\.com|photos\.app\.goo\.gl|dropbox\.com|db\.tt|onedrive\.live\.com|1drv\.ms|sharepoint\.com|icloud\.com|wetransfer\.com|we\.tl|swisstransfer\.com|fromsmash\.com|grosfichiers\.com|mega\.nz|box\.com|pcloud\.link|kdrive\.infomaniak\.com|nextcloud\.[\w.-]+|transfernow\.net|framadrop\.org|1fichier\.com)\/[^\s<>"')\]]{0,1000}/giu

/** In order, without doubles, at most 20. */
export const whatLinks = (text: string, html: string | null): string[] =>
  [
    ...new Set(
      [...text.matchAll(clouds), ...(html ?? '').slice(0, 500_000).matchAll(clouds)].map((match) => match[0].replace(/&amp;/g, '&').replace(/[.,;:!?]+$/, '')),
    ),
  ].slice(0, 20)
