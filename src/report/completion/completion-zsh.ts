/** Can be sourced, or stand as `_rcb` in a folder of `fpath`. */
export const zshCompletion = `#compdef rcb runcomfy-batch
# zsh completion of rcb. In ~/.zshrc: source <(rcb completion zsh)

_rcb() {
  local program=\${\${(Q)words[1]}/#\\~/$HOME} current=\${(Q)PREFIX} line text about ret=1
  local -a whole wholeShown open openShown
  whence -p -- $program >/dev/null || program=rcb

  for line in "\${(@f)$($program __complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "$current" 2>/dev/null </dev/null)}"; do
    text=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    [[ -n $text ]] || continue
    [[ $about == $line || -z $about ]] && about=$text || about="$text  -- $about"
    if [[ $text == *[=/] ]]; then
      open+=("$text")
      openShown+=("$about")
    else
      whole+=("$text")
      wholeShown+=("$about")
    fi
  done
  (( $#open )) && compadd -l -S '' -d openShown -a open && ret=0
  (( $#whole )) && compadd -l -d wholeShown -a whole && ret=0

  case $current in
    *=@*) compset -P '*=@' && _files && ret=0 ;;
    --*=*) compset -P '*=' && _files && ret=0 ;;
    -*|*=*) ;;
    *) (( CURRENT > 2 )) && _files && ret=0 ;;
  esac
  return ret
}

if [[ $funcstack[1] == _rcb ]]; then
  _rcb "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _rcb rcb runcomfy-batch
fi
`;
