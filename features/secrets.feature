Feature: Replace the secrets of a client
  An administrator replaces a secret without an outage: by a rotation, where the old one still works
  for a while, or by a second secret beside it. A secret that leaked is stopped at once.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the client "My Application"

  Rule: A rotation replaces what is active

    Scenario: A new secret for the old one
      When Alice rotates the secret of "My Application"
      Then the new secret is shown
      And the second secret of "My Application" works
      And "My Application" shows the end of its second secret
      When Alice lists the secrets of "My Application"
      Then they are active, retired
      And the newest of them holds exactly
        """
        secret_id status created_at updated_at
        """
      And no secret of "My Application" is in the answer

    Scenario: Both active ones are replaced
      Given Alice added a secret to "My Application"
      And Alice rotated the secret of "My Application"
      When Alice lists the secrets of "My Application"
      Then they are active, retired, retired

    Scenario: Where none is active, there is one again
      Given Alice deactivated the first secret of "My Application"
      When Alice rotates the secret of "My Application"
      Then the new secret is shown
      And the second secret of "My Application" works
      But the first secret of "My Application" no longer works

  Rule: What was replaced works for four hours more

    Scenario: Just before they are over
      Given Alice rotated the secret of "My Application"
      When 14399 seconds pass
      Then the first secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, retired
      And the last of them ends 14400 seconds after it was replaced

    Scenario: When they are over
      Given Alice rotated the secret of "My Application"
      When 14400 seconds pass
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, inactive

    Scenario: No more than two at a time
      Given Alice rotated the secret of "My Application"
      And Alice rotated the secret of "My Application"
      And Alice rotated the secret of "My Application"
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" works
      And the third secret of "My Application" works
      And the fourth secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, retired, retired, inactive

    Scenario: One that leaked is stopped within them
      Given Alice rotated the secret of "My Application"
      When Alice deactivates the first secret of "My Application"
      Then the secret is stopped
      And the first secret of "My Application" no longer works

  Rule: A second secret may stand beside the first

    Scenario: Both work
      When Alice adds a secret to "My Application"
      Then the added secret is shown
      And the first secret of "My Application" works
      And the second secret of "My Application" works
      And "My Application" shows the end of its second secret

    Scenario: There is no third
      Given Alice added a secret to "My Application"
      When Alice adds a secret to "My Application"
      Then it is refused as one too many
      And the audit trail of "My Application" has 2 entries

    Scenario: Unless one was stopped
      Given Alice added a secret to "My Application"
      And Alice deactivated the first secret of "My Application"
      When Alice adds a secret to "My Application"
      Then the added secret is shown

    Scenario: Or replaced
      Given Alice rotated the secret of "My Application"
      When Alice adds a secret to "My Application"
      Then the added secret is shown
      And the first secret of "My Application" works

  Rule: A secret can be stopped at once

    Scenario: One of two
      Given Alice added a secret to "My Application"
      When Alice deactivates the second secret of "My Application"
      Then the secret is stopped
      And the second secret of "My Application" no longer works
      And the first secret of "My Application" works
      And "My Application" shows the end of its first secret

    Scenario: Also the last one
      When Alice deactivates the first secret of "My Application"
      Then the secret is stopped
      And the first secret of "My Application" no longer works
      And "My Application" has no secret_last_four
      When Alice lists the secrets of "My Application"
      Then they are inactive

    Scenario: It is not accepted again, whatever follows
      Given Alice deactivated the first secret of "My Application"
      And Alice rotated the secret of "My Application"
      And Alice deactivated the second secret of "My Application"
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" no longer works

  Rule: A secret can be removed, but for the last

    Scenario: One of two
      Given Alice added a secret to "My Application"
      When Alice deletes the first secret of "My Application"
      Then it is gone, without a word
      And the first secret of "My Application" no longer works
      When Alice lists the secrets of "My Application"
      Then they are active

    Scenario: Not the last one
      When Alice deletes the first secret of "My Application"
      Then it is refused as malformed
      And the first secret of "My Application" works

    Scenario: Not the last active one
      Given Alice rotated the secret of "My Application"
      When Alice deletes the second secret of "My Application"
      Then it is refused as malformed
      And the second secret of "My Application" works

    Scenario: What is gone can't be removed again
      Given Alice added a secret to "My Application"
      And Alice deleted the first secret of "My Application"
      When Alice deletes the first secret of "My Application"
      Then it is refused as not found

  Rule: Who can't use a secret has none

    Scenario: A public client
      Given the client "Browser App" with
        | is_confidential | false |
      When Alice lists the secrets of "Browser App"
      Then there are none

    Scenario Outline: Nobody can <what> one for it
      Given the client "Browser App" with
        | is_confidential | false |
      When Alice asks to <what> "Browser App"
      Then it is refused as malformed
      And the message names "client_auth_methods"
      And no secret of "Browser App" is stored

      Examples:
        | what   |
        | rotate |
        | add    |

    Scenario: A client that goes public loses them
      Given Alice rotated the secret of "My Application"
      And Alice changed "My Application" to
        | is_confidential | false |
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" no longer works
      When Alice lists the secrets of "My Application"
      Then they are inactive, inactive

  Rule: A suspended client's secrets are managed like any other's

    Scenario Outline: A client that is <status>
      Given Alice changed "My Application" to
        | status | "<status>" |
      And Alice added a secret to "My Application"
      And Alice rotated the secret of "My Application"
      And Alice deleted the first secret of "My Application"
      When Alice deactivates the second secret of "My Application"
      Then the secret is stopped
      And "My Application" has
        | status | "<status>" |

      Examples:
        | status    |
        | suspended |
        | inactive  |

  Rule: Only its own administrators

    Scenario Outline: Bob can't <what> them
      When Bob asks to <what> "My Application"
      Then it is refused as not found
      And "My Application" is as it was

      Examples:
        | what    |
        | rotate  |
        | add     |
        | inspect |

    Scenario: A secret belongs to its client
      Given the client "Another"
      When Alice deactivates the first secret of "My Application" as one of "Another"
      Then it is refused as not found
      And the first secret of "My Application" works

    Scenario Outline: Without a token nobody can <what> them
      Given Alice sends no token
      When Alice asks to <what> "My Application"
      Then it is refused as unauthenticated

      Examples:
        | what    |
        | rotate  |
        | add     |
        | inspect |
