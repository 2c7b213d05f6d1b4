// The words of all messages, in the languages of the pages. A language has every text of English: the type asks for it.
import { compose, quoted, type Wording } from './compose.ts'
import type { Message } from './message.ts'

type Composed = Pick<Message, 'subject' | 'text' | 'html'>

interface Texts {
  invitation(words: { inviter: string; tenant: string; until: string }): Wording
  resetPassword(words: { minutes: number }): Wording
  passwordChanged(words: { at: string }): Wording
  secondFactor(words: { at: string; how: SecondFactorHow }): Wording
}

type SecondFactorHow = 'on' | 'off' | 'reset'

const en: Texts = {
  invitation: ({ inviter, tenant, until }) => ({
    subject: `Invitation to ${tenant}`,
    before: [`${inviter} invites you to work in “${tenant}”.`],
    link: 'Accept the invitation',
    after: [
      `The link works once, until ${until} (UTC).`,
      'If you do not know what this is about, you need not do anything.',
    ],
  }),
  resetPassword: ({ minutes }) => ({
    subject: 'Choose a new password',
    before: ['Somebody, probably you, asked for a new password for this address.'],
    link: 'Choose a new password',
    after: [
      `The link works once, for ${minutes} minutes.`,
      'If it was not you, you need not do anything: your password stays as it is.',
    ],
  }),
  passwordChanged: ({ at }) => ({
    subject: 'Your password was changed',
    before: [
      `The password of your account was changed on ${at} (UTC). All other devices are signed out.`,
      'If it was not you, choose a new password by “Forgot password?” on the sign-in page at once, and tell an administrator.',
    ],
    after: [],
  }),
  secondFactor: ({ at, how }) => ({
    subject: {
      on: 'A second factor was turned on',
      off: 'Your second factor was turned off',
      reset: 'Your second factor was reset',
    }[how],
    before: [
      {
        on: `From ${at} (UTC) on, signing in to your account asks for a code of your authenticator app.`,
        off: `Since ${at} (UTC) signing in to your account asks for the password alone.`,
        reset: `An administrator has taken away the second factor of your account on ${at} (UTC).`,
      }[how],
      'If you know nothing of it, choose a new password by “Forgot password?” on the sign-in page at once, and tell an administrator.',
    ],
    after: [],
  }),
}

const ru: Texts = {
  invitation: ({ inviter, tenant, until }) => ({
    subject: `Приглашение: ${tenant}`,
    before: [`${inviter} приглашает вас работать в организации «${tenant}».`],
    link: 'Принять приглашение',
    after: [`Ссылка действует один раз, до ${until} (UTC).`, 'Если вы не знаете, о чём речь, ничего делать не нужно.'],
  }),
  resetPassword: ({ minutes }) => ({
    subject: 'Новый пароль',
    before: ['Кто-то, вероятно вы, запросил новый пароль для этого адреса.'],
    link: 'Задать новый пароль',
    after: [
      `Ссылка действует один раз, в течение ${minutes} минут.`,
      'Если это были не вы, ничего делать не нужно: пароль останется прежним.',
    ],
  }),
  passwordChanged: ({ at }) => ({
    subject: 'Ваш пароль изменён',
    before: [
      `Пароль вашей учётной записи изменён: ${at} (UTC). На других устройствах сеансы завершены.`,
      'Если это были не вы, сразу задайте новый пароль по ссылке «Забыли пароль?» на странице входа и сообщите администратору.',
    ],
    after: [],
  }),
  secondFactor: ({ at, how }) => ({
    subject: { on: 'Второй фактор включён', off: 'Второй фактор отключён', reset: 'Второй фактор сброшен' }[how],
    before: [
      {
        on: `С ${at} (UTC) при входе нужен код из вашего приложения.`,
        off: `С ${at} (UTC) для входа достаточно пароля.`,
        reset: `Администратор сбросил второй фактор вашей учётной записи: ${at} (UTC).`,
      }[how],
      'Если вы об этом не знаете, сразу задайте новый пароль по ссылке «Забыли пароль?» на странице входа и сообщите администратору.',
    ],
    after: [],
  }),
}

const LANGUAGES: Readonly<Record<string, Texts>> = { en, ru }

/** @param locale BCP 47 tag; English where its language is not known */
const textsOf = (locale: string): Texts => LANGUAGES[locale.split('-')[0]?.toLowerCase() ?? ''] ?? en

const moment = (locale: string, at: Date): string =>
  new Intl.DateTimeFormat(textsOf(locale) === en ? 'en-GB' : locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at)

export function invitationText(locale: string, words: { inviter: string; tenant: string; until: Date }): Composed {
  const { inviter, tenant, until } = words
  return compose(
    textsOf(locale).invitation({
      inviter: quoted(inviter),
      tenant: quoted(tenant),
      until: moment(locale, until),
    }),
  )
}

export const resetPasswordText = (locale: string, minutes: number): Composed =>
  compose(textsOf(locale).resetPassword({ minutes }))

export const passwordChangedText = (locale: string, at: Date): Composed =>
  compose(textsOf(locale).passwordChanged({ at: moment(locale, at) }))

export function secondFactorText(locale: string, kind: `second_factor_${SecondFactorHow}`, at: Date): Composed {
  const how = kind === 'second_factor_on' ? 'on' : kind === 'second_factor_off' ? 'off' : 'reset'
  return compose(textsOf(locale).secondFactor({ at: moment(locale, at), how }))
}
