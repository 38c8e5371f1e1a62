import type { CliContext } from '../context.ts';
import type { Shell } from './shells.ts';

/**
 * `completion`: prints a script for a shell; its first lines say how to install it. The script calls
 * `greenvue` for each completion.
 */
export async function printCompletion(
  this: CliContext,
  _flags: Readonly<Record<never, never>>,
  shell: Shell,
): Promise<void> {
  this.out.write(SCRIPTS[shell]);
}

const BASH = `# Completion of greenvue for bash. To install it, add this line to ~/.bashrc:
#   source <(greenvue completion bash)
_greenvue() {
  local IFS=$'\\n'
  COMPREPLY=($(greenvue __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _greenvue greenvue
`;

const ZSH = `#compdef greenvue
# Completion of greenvue for zsh. To install it, add this line to ~/.zshrc, after compinit:
#   source <(greenvue completion zsh)
_greenvue() {
  local -a proposals
  proposals=("\${(@f)$(greenvue __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  proposals=(\${proposals:#})
  if (( \${#proposals} )); then
    _describe -V greenvue proposals
  else
    _files
  fi
}
compdef _greenvue greenvue
`;

const FISH = `# Completion of greenvue for fish. To install it:
#   greenvue completion fish > ~/.config/fish/completions/greenvue.fish
function __greenvue_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  set -l proposals (greenvue __complete fish $words "$current" 2>/dev/null)
  if set -q proposals[1]
    printf '%s\\n' $proposals
  else
    __fish_complete_path "$current"
  end
end
complete -c greenvue -f -k -a '(__greenvue_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
