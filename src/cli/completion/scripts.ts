/**
 * `offhook completion`: what makes a shell complete the command line. The scripts know nothing of commands and options:
 * they ask the program that the line names, as Enter would start it (complete.ts), and never evaluate its answer.
 */
import { COMPLETE, type Shell } from './shells.js';

export function completionCommand(shell: Shell): Promise<number> {
  process.stdout.write(SCRIPTS[shell]);
  return Promise.resolve(0);
}

const BASH = String.raw`# Completion of offhook for bash. In ~/.bashrc: source <(offhook completion bash)
_offhook() {
  local program=${'$'}{COMP_WORDS[0]} folder=$PWD answer line mode= IFS=$' \t\n'
  COMPREPLY=()
  case $program in
    npx)
      [[ " ${'$'}{COMP_WORDS[*]:1} " == *' offhook '* ]] || return 0
      while [[ -n $folder && ! -x $folder/node_modules/.bin/offhook ]]; do folder=${'$'}{folder%/*}; done
      program=$folder/node_modules/.bin/offhook
      ;;
    '~/'*) program=$HOME/${'$'}{program#'~/'} ;;
  esac
  type -P "$program" >/dev/null || program=offhook
  answer=$("$program" ${COMPLETE} bash "$COMP_WORDBREAKS" "${'$'}{COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null) || return 0
  while IFS= read -r line; do
    if [[ -z $mode ]]; then mode=$line; else COMPREPLY+=("$line"); fi
  done <<<"$answer"
  [[ $mode == files* ]] || compopt +o default +o bashdefault 2>/dev/null
}
complete -o bashdefault -o default -F _offhook offhook
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _offhook npx
`;

const ZSH = String.raw`#compdef offhook
# Completion of offhook for zsh. In ~/.zshrc: source <(offhook completion zsh)
_offhook() {
  local program=${'$'}{(Q)words[1]} folder=$PWD answer line mode keep
  local -a lines texts shown
  local -i width=0
  case $program in
    npx)
      (( ${'$'}{words[(I)offhook]} )) || { _default; return }
      while [[ -n $folder && ! -x $folder/node_modules/.bin/offhook ]]; do folder=${'$'}{folder%/*}; done
      program=$folder/node_modules/.bin/offhook
      ;;
    '~/'*) program=$HOME/${'$'}{program#'~/'} ;;
  esac
  whence -p -- "$program" >/dev/null || program=offhook
  answer=$("$program" ${COMPLETE} zsh "" "${'$'}{(@Q)words[1,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null </dev/null) || return 1
  lines=("${'$'}{(@f)answer}")
  mode=${'$'}{lines[1]%%$'\t'*} keep=${'$'}{lines[1]#*$'\t'}
  [[ $keep == <1-> ]] && compset -p $keep
  if [[ $mode == files ]]; then
    _files
    return
  fi
  for line in "${'$'}{(@)lines[2,-1]}"; do
    texts+=("${'$'}{line%%$'\t'*}")
    (( ${'$'}{#texts[-1]} > width )) && width=${'$'}{#texts[-1]}
  done
  for line in "${'$'}{(@)lines[2,-1]}"; do
    if [[ $line == *$'\t'* ]]; then shown+=("${'$'}{(r:width:)line%%$'\t'*}  ${'$'}{line#*$'\t'}"); else shown+=("$line"); fi
  done
  compadd -l -d shown -- "${'$'}{(@)texts}"
}
if [[ $funcstack[1] == _offhook ]]; then
  _offhook "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _offhook offhook
  (( $+_comps[npx] )) || compdef _offhook npx
fi
`;

const FISH = String.raw`# Completion of offhook for fish. In ~/.config/fish/config.fish: offhook completion fish | source
function __offhook_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    if test "$program" = npx
        set -l folder $PWD
        while test -n "$folder"; and not test -x "$folder/node_modules/.bin/offhook"
            set folder (string replace -r '/[^/]*$' '' -- $folder)
        end
        set program "$folder/node_modules/.bin/offhook"
    end
    command -sq -- $program; or set program offhook
    set -l answer (command $program ${COMPLETE} fish '' $words "$current" 2>/dev/null </dev/null)
    or return
    if string match -q 'files*' -- $answer[1]
        set -l keep (string replace -r '^files\t' '' -- $answer[1])
        for path in (__fish_complete_path (string sub -s (math (string length -- "$keep") + 1) -- "$current"))
            printf '%s%s\n' $keep $path
        end
    else if set -q answer[2]
        printf '%s\n' $answer[2..]
    end
end
complete -c offhook -f -a '(__offhook_complete)'
complete -c npx -n 'contains offhook (commandline -opc)' -f -a '(__offhook_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
