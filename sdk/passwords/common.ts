// What stands at the top of every list of stolen passwords, put together by hand: words that are chosen most, runs of
// keys and of digits, years. No list is taken over as it is, so there is no licence to keep; combinations, capitals,
// disguises and signs around them are found by the policy.

const WORDS = `password passwort passwd parol пароль qwerty йцукен letmein welcome admin administrator root login
master dragon monkey shadow sunshine princess football baseball basketball superman batman trustno iloveyou whatever
starwars computer internet secret hunter ranger harley jordan michael jennifer jessica charlie thomas robert daniel
andrew joshua matthew ashley nicole amanda george hello freedom flower summer winter spring autumn cheese cookie pepper
ginger summer killer soccer hockey mustang access buster matrix mercedes porsche ferrari corvette yankees dallas
liverpool chelsea arsenal samsung google facebook linkedin microsoft windows apple pokemon naruto test guest user
default changeme temp demo relata crm database server system manager office company business любовь привет солнце
наташа марина россия москва спартак зенит`

const RUNS = [
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890', '0123456789', 'abcdefghijklmnopqrstuvwxyz'],
  ...['йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю', '1q2w3e4r5t6y7u8i9o0p', '1qaz2wsx3edc4rfv5tgb6yhn', 'q1w2e3r4t5y6'],
  ...['qazwsxedcrfvtgb', 'zaq12wsx', 'qweasdzxc', '!@#$%^&*()'],
]
/** Shorter runs stand in ordinary words and dates. */
const RUN_LENGTH = 4

function piecesOfRuns(): string[] {
  return RUNS.flatMap((run) => [run, [...run].reverse().join('')]).flatMap((run) =>
    Array.from({ length: run.length - RUN_LENGTH + 1 }, (_, at) => run.slice(at, at + RUN_LENGTH)),
  )
}

const years = Array.from({ length: 100 }, (_, index) => String(1950 + index))

/** In lower case. Longer runs are covered by overlapping pieces. */
export const COMMON_PIECES: readonly string[] = [
  ...new Set([...WORDS.split(/\s+/), ...piecesOfRuns(), '123', '321', ...years]),
]
