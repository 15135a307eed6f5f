export const fishCompletion = `# fish completion of rcb. Once: rcb completion fish > ~/.config/fish/completions/rcb.fish

function __rcb_complete
    set -l given (commandline -opc)
    set -l current (commandline -ct)
    set -l program $given[1]
    set -e given[1]
    command -q -- $program; or set program rcb
    $program __complete fish -- $given "$current" 2>/dev/null </dev/null

    set -l head
    switch "$current"
        case '*=@*'
            set head (string replace -r '=@.*' '=@' -- $current)
        case '--*=*'
            set head (string replace -r '=.*' '=' -- $current)
        case '-*' '*=*'
            return
        case '*'
            test (count $given) -gt 0; or return
            set head ''
    end
    set -l path (string sub -s (math (string length -- "$head") + 1) -- "$current")
    for file in (__fish_complete_path "$path")
        printf '%s\\n' "$head$file"
    end
end

for name in rcb runcomfy-batch
    complete -c $name -e
    complete -c $name -f -a '(__rcb_complete)'
end
`;
