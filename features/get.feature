Feature: Read a client
  An administrator sees everything about a client but its secret and its key set, and no clients of
  other tenants.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"

  Rule: Everything but the secret and the key set

    Scenario: The smallest client
      Given the client "My Application"
      When Alice reads "My Application"
      Then the client is shown
      And the answer holds exactly
        """
        id tenant_id client_id name redirect_uris scopes grant_types client_auth_methods
        cors_origins is_confidential status secret_last_four created_at updated_at
        """
      And the answer says
        | tenant_id           | "acme"                               |
        | name                | "My Application"                     |
        | redirect_uris       | ["https://app.example.com/callback"] |
        | scopes              | []                                   |
        | grant_types         | ["authorization_code"]               |
        | client_auth_methods | the text ["client_secret_basic"]     |
        | cors_origins        | ["https://app.example.com"]          |
        | is_confidential     | true                                 |
        | status              | "active"                             |
      And the client_id is made from the id

    Scenario: A client with every field
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      And the client "Partner Bank" with
        | scopes              | ["openid", "accounts:read"]             |
        | grant_types         | ["authorization_code", "refresh_token"] |
        | client_auth_methods | ["private_key_jwt"]                     |
        | fapi_profile        | "fapi1"                                 |
        | jwks                | the key set "partner"                   |
        | logo_url            | "https://bank.example.com/logo.png"     |
        | privacy_policy      | "https://bank.example.com/privacy"      |
        | terms_url           | "https://bank.example.com/terms"        |
        | website             | "https://bank.example.com/"             |
      When Alice reads "Partner Bank"
      Then the client is shown
      And the answer holds exactly
        """
        id tenant_id client_id name redirect_uris scopes grant_types client_auth_methods
        cors_origins fapi_profile is_confidential logo_url privacy_policy terms_url website
        status created_at updated_at
        """
      And the answer says
        | scopes              | ["openid", "accounts:read"]             |
        | grant_types         | ["authorization_code", "refresh_token"] |
        | client_auth_methods | the text ["private_key_jwt"]            |
        | fapi_profile        | "fapi1"                                 |
        | logo_url            | "https://bank.example.com/logo.png"     |
        | privacy_policy      | "https://bank.example.com/privacy"      |
        | terms_url           | "https://bank.example.com/terms"        |
        | website             | "https://bank.example.com/"             |
      But the key set of "Partner Bank" is "partner"

    Scenario: The jwks_uri is shown
      Given the client "My Application" with
        | jwks_uri | "https://app.example.com/jwks" |
      When Alice reads "My Application"
      Then the client is shown
      And the answer says
        | jwks_uri | "https://app.example.com/jwks" |

    Scenario: A public client has no secret_last_four
      Given the client "My Application" with
        | is_confidential | false |
      When Alice reads "My Application"
      Then the client is shown
      And the answer has no secret_last_four
      And the answer has no client_secret

  Rule: The times of its creation and of its last change

    Scenario: Both times of a new client are equal
      Given the client "My Application"
      And 60 seconds pass
      When Alice reads "My Application"
      Then the created_at is a moment
      And the updated_at is 0 seconds after the created_at

    Scenario: A changed client has a later time
      Given the client "My Application"
      And 90 seconds pass
      And Alice changed "My Application" to
        | website | "https://app.example.com/" |
      When Alice reads "My Application"
      Then the updated_at is 90 seconds after the created_at

  Rule: Every state has its own version

    Scenario: Reading does not change the version
      Given the client "My Application"
      And Alice read "My Application"
      When Alice reads "My Application"
      Then the client is shown
      And the version is the same as before

    Scenario: A change does change the version
      Given the client "My Application"
      And Alice read "My Application"
      When Alice changes "My Application" to
        | scopes | ["openid"] |
      Then the client is changed
      And the version is another one

  Rule: Missing clients and clients of other tenants look the same

    Scenario: Bob does not find Alice's client
      Given the client "My Application"
      When Bob asks to read the client "app-01arz3ndektsv4rrffq69g5fav"
      And Bob asks to read "My Application"
      Then it is refused as not found
      And both answers are the same
      And the answer does not repeat "My Application"

    Scenario Outline: There is no client <client_id>
      When Alice asks to read the client "<client_id>"
      Then it is refused as not found

      Examples:
        | client_id |
        | app-01arz3ndektsv4rrffq69g5fav |
        | 01ARZ3NDEKTSV4RRFFQ69G5FAV |
        | app-%27%20OR%201=1-- |
        | %00 |
        | ..%2Fclients |
        | %25 |

    Scenario: A client_id is case-sensitive
      Given the client "My Application"
      When Alice reads "My Application", written in upper case
      Then it is refused as not found

  Rule: Reading leaves no trace

    Scenario: No audit entry
      Given the client "My Application"
      When Alice reads "My Application"
      And Bob asks to read "My Application"
      Then the audit trail of "My Application" has 1 entry
