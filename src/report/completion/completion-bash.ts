/** For bash 3.2 too, which macOS has: it lacks `compopt`, so spaces come with the candidates, and `source <(…)` fails. */
export const bashCompletion = `# bash completion of rcb. In ~/.bashrc: eval "$(rcb completion bash)"

_rcb_complete() {
  local rest=\${COMP_LINE:0:COMP_POINT} at piece word='' words=()
  COMPREPLY=()
  # bash cuts words at = and : too; what stands together in the line is one word.
  for ((at = 0; at <= COMP_CWORD; at++)); do
    if ((at == 0)) || [[ $rest == [[:space:]]* ]]; then
      ((at > 0)) && words+=("\${word//\\\\/}")
      word=''
      rest=\${rest#"\${rest%%[![:space:]]*}"}
    fi
    piece=\${COMP_WORDS[at]}
    ((at == COMP_CWORD)) && piece=$rest
    word+=$piece
    rest=\${rest#"$piece"}
  done
  if [[ $word == *[\\"\\']* ]]; then
    compopt +o nospace 2>/dev/null
    return 0
  fi

  local program=\${words[0]/#\\~/$HOME} plain=\${word//\\\\/} cut='' breaks candidate remark
  type -P -- "$program" >/dev/null || program=rcb
  # readline puts a candidate where it cut the word, so that its beginning must not come again; an @ belongs to the rest.
  for breaks in = : @; do
    [[ $COMP_WORDBREAKS == *"$breaks"* && $word == *"$breaks"* ]] || continue
    piece=\${word%"\${word##*"$breaks"}"}
    piece=\${piece%@}
    ((\${#piece} > \${#cut})) && cut=$piece
  done

  while IFS=$'\\t' read -r candidate remark; do
    [[ $candidate == "$plain"* ]] && _rcb_offer "$candidate"
  done < <("$program" __complete bash -- "\${words[@]:1}" "$plain" 2>/dev/null </dev/null)

  local path=''
  case $plain in
    *=@* ) path=\${plain#*=@} ;;
    --*=* ) path=\${plain#*=} ;;
    -* ) return 0 ;;
    *=* ) compopt +o default +o bashdefault 2>/dev/null; return 0 ;;
    * ) ((\${#words[@]} > 1)) && path=$plain || return 0 ;;
  esac
  if [[ $path != \\~* ]]; then
    while IFS= read -r candidate; do
      [[ -d $candidate ]] && candidate+=/
      _rcb_offer "\${plain%"$path"}$candidate"
    done < <(compgen -f -- "$path")
  fi
  ((\${#COMPREPLY[@]} > 0)) || compopt +o nospace 2>/dev/null
  return 0
}

_rcb_offer() {
  local offered=$1
  [[ $offered == *[!A-Za-z0-9_=@:,./%+-]* ]] && printf -v offered %q "$offered"
  [[ $offered == *[=/] ]] || offered+=' '
  COMPREPLY+=("\${offered#"$cut"}")
}

complete -o nospace -o bashdefault -o default -F _rcb_complete rcb runcomfy-batch
`;
