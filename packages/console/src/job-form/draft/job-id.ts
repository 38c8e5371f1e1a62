import { LIMITS } from '../../ui/limits.ts';

/**
 * An id for a job of this name: "Remove old listings!" becomes `remove-old-listings`, after `prefix`; empty
 * if no letter remains.
 */
export function suggestId(name: string, prefix = ''): string {
  const stem = cut(
    name
      .replaceAll('ß', 'ss')
      .normalize('NFKD')
      // NFKD splits é into e and an accent; the accent goes.
      .replaceAll(/\p{Mark}+/gu, '')
      .toLowerCase()
      .replaceAll(/['’]/g, '')
      .replaceAll(/[^a-z0-9._]+/g, '-')
      .replace(/^[^a-z0-9]+/, ''),
    LIMITS.jobId - prefix.length,
  );
  return stem === '' ? '' : `${prefix}${stem}`;
}

/** An id for a copy: `mail` becomes `mail-copy`, and that becomes `mail-copy-2`. */
export function suggestCopyId(id: string): string {
  const [, stem = id, number] = /^(.+)-copy(?:-(\d{1,6}))?$/.exec(id) ?? [];
  const isCopy = stem !== id;
  const suffix = isCopy ? `-copy-${number === undefined ? 2 : Number(number) + 1}` : '-copy';
  return `${cut(stem, LIMITS.jobId - suffix.length)}${suffix}`;
}

function cut(id: string, length: number): string {
  return id.slice(0, length).replace(/[-._]+$/, '');
}
