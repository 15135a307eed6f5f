/** `rcb skill`: a SKILL.md. A test checks that each command and option in it exists. */
export const skillText = `---
name: rcb
description: Generate images and videos in bulk with rcb (runcomfy-batch) - plan, price, run in the background, wait, read failures, retry. Use when the user wants many prompts, styles or seeds run on hosted models.
---

# rcb

\`rcb\` runs a list of prompts on hosted image and video models and keeps everything in a run folder. Every
submission is real money. Running the same command again resumes: what is done is never paid for twice.

## 1. Plan, and ask

    rcb schema MODEL --json                          # the inputs of a model
    rcb models SEARCH --json                         # models and prices
    rcb plan prompts.csv style=anime,realistic --seeds 2 --json=summary

A list is a CSV, TSV, JSONL, XLSX or text file whose columns are named like the inputs. Each \`input=a,b\` multiplies
the rows. The plan sends nothing: read \`jobs\`, \`models[].base_usd\` and \`warnings\`. Tell the user the number of jobs
and the price, and agree on a cap in dollars before you continue. To try the whole way free of charge, add \`--rehearse\`.

## 2. Run in the background, with a cap

    rcb run prompts.csv style=anime,realistic --seeds 2 --yes --max-cost 5 --detach --json=summary

It returns once the run has begun; \`dir\` is the run folder. Without \`--detach\` the command lasts as long as the run.

## 3. Wait

    rcb wait out/prompts --timeout 5m --json

Exit code 75 with \`"outcome":"running"\`: wait again. In between, \`rcb status out/prompts --json\` has the rate and
the time left. Do not poll more often than that: \`wait\` returns as soon as the run ends.

## 4. Read how it ended

| exit code | meaning | what to do |
|---|---|---|
| 0 | every job is done | show the user \`index.html\` in the folder |
| 1 | some jobs failed | read \`failures\`: each has a class, an example, and the command in \`next\` |
| 64, 65 | wrong usage, mistakes in the list | correct what \`error\` and \`problems\` name (file, line, column, suggestion) |
| 69, 75 | API away, not finished | run the same command again; if a cap was reached, ask the user first |
| 76 | unclear submissions | they may have been charged: show \`rcb reconcile out/prompts --json\` to the user |
| 77 | no token, or a rejected one | ask the user to set it; never ask for the token itself |

    rcb ls out/prompts --state failed --json         # which jobs
    rcb show out/prompts JOB --json                  # one job: input, error, files
    rcb retry out/prompts --yes --max-cost 5 --detach --json=summary

A retry is charged again. Jobs of class \`refused\` are left out: change their prompts and run the list again.
To stop a run in the background, send SIGINT to the \`pid\` of \`rcb status --json\`: it collects what is in flight.

## Never

- Never run with \`--yes\` without \`--max-cost\`, and never raise a cap without asking.
- Never use \`--on-unknown resubmit\` or \`rcb reconcile --resubmit all\` by yourself: it can pay twice.
- Never delete a run folder or its \`manifest.db\`: it is what makes the next run free.
- Never put a token into a command, a file or a message.
- Never start a second run of the same list in another folder to get past an error.

Options of a command: \`rcb run --help-all\`. Fields of the JSON: docs/json-events.md in the package.
`;
