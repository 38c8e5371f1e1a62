/** "1 job", "3 jobs". */
export function jobsText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'job' : 'jobs'}`;
}
