import type { CliContext } from '../context.ts';
import type { Shell } from './shells.ts';

/**
 * `completion`: prints a script for a shell; its first lines say how to install it. The script calls
 * the program for each completion.
 */
export async function printCompletion(
  this: CliContext,
  _flags: Readonly<Record<never, never>>,
  shell: Shell,
): Promise<void> {
  this.out.write(SCRIPTS[shell](this.program.name));
}

const BASH = (
  program: string,
) => `# Completion of ${program} for bash. To install it, add this line to ~/.bashrc:
#   source <(${program} completion bash)
_${functionName(program)}() {
  local IFS=$'\\n'
  COMPREPLY=($(${program} __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _${functionName(program)} ${program}
`;

const ZSH = (program: string) => `#compdef ${program}
# Completion of ${program} for zsh. To install it, add this line to ~/.zshrc, after compinit:
#   source <(${program} completion zsh)
_${functionName(program)}() {
  local -a proposals
  proposals=("\${(@f)$(${program} __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  proposals=(\${proposals:#})
  if (( \${#proposals} )); then
    _describe -V ${program} proposals
  else
    _files
  fi
}
compdef _${functionName(program)} ${program}
`;

const FISH = (program: string) => `# Completion of ${program} for fish. To install it:
#   ${program} completion fish > ~/.config/fish/completions/${program}.fish
function __${functionName(program)}_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  set -l proposals (${program} __complete fish $words "$current" 2>/dev/null)
  if set -q proposals[1]
    printf '%s\\n' $proposals
  else
    __fish_complete_path "$current"
  end
end
complete -c ${program} -f -k -a '(__${functionName(program)}_complete)'
`;

/** The name of a program as part of a name in a shell. */
function functionName(program: string): string {
  return program.replaceAll('-', '_');
}

const SCRIPTS: Readonly<Record<Shell, (program: string) => string>> = { bash: BASH, zsh: ZSH, fish: FISH };
