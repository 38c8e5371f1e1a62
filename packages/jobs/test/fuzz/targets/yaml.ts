import { CliError } from '../../../../cli/src/exit-code.ts';
import { readJobs } from '../../../../cli/src/jobs/apply/read-jobs.ts';
import { printableYaml } from '../../../../cli/src/terminal/printable-yaml.ts';
import { check, checkSame, inTime } from '../oracle.ts';

/** A file of jobs: it is refused with its lines, or its jobs are printed and read back the same. */
export function fuzz(bytes: Uint8Array): void {
  const jobs = jobsIn(Buffer.from(bytes).toString());
  for (const { id, body, place } of jobs ?? []) {
    check(id !== '' && body.id === id, 'a job has no id');
    check(/^jobs\.yaml:\d+$/.test(place), () => `a job is at ${place}`);
    // A value that JSON has not, such as a timestamp or a number over 2^53, cannot be sent to a server.
    const sent: unknown = JSON.parse(JSON.stringify(body));
    const printed = inTime(() => printableYaml(sent));
    check(
      !/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(printed),
      () => `prints ${JSON.stringify(printed)}`,
    );
    const [again] = jobsIn(printed) ?? [];
    checkSame(again?.body, sent, `the job that is printed as ${JSON.stringify(printed)}`);
  }
}

function jobsIn(text: string): ReturnType<typeof readJobs> | undefined {
  try {
    return inTime(() => readJobs(text, 'jobs.yaml'));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    check(error.exitCode === 2, 'a file of jobs has another exit code than a usage error');
    for (const line of error.message.split('\n'))
      check(
        /^jobs\.yaml:\d+(:\d+)?: \S|^and \d+ more$/.test(line),
        () => `an error names no line: ${JSON.stringify(line)}`,
      );
    return undefined;
  }
}
