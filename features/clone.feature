Feature: Clone a client
  An administrator makes a new client from another one: the same registration, under its own
  identity, with its own secret.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"

  Rule: The same registration under its own identity

    Scenario: The smallest client
      Given the client "My Application"
      When Alice clones "My Application"
      Then the clone is created
      And the answer holds exactly
        """
        id client_id client_secret name redirect_uris scopes grant_types client_auth_methods
        cors_origins status
        """
      And the answer says
        | name                | "My Application (clone)"             |
        | redirect_uris       | ["https://app.example.com/callback"] |
        | scopes              | []                                   |
        | grant_types         | ["authorization_code"]               |
        | client_auth_methods | the text ["client_secret_basic"]     |
        | cors_origins        | ["https://app.example.com"]          |
        | status              | "active"                             |
      And the client_id is made from the id
      And the answer says where "My Application (clone)" is

    Scenario: A client with every field
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      And the client "Partner Bank" with
        | redirect_uris       | ["https://bank.example.com/cb", "https://bank.example.com/2"] |
        | scopes              | ["openid", "accounts:read"]                                   |
        | grant_types         | ["authorization_code", "refresh_token"]                       |
        | client_auth_methods | ["private_key_jwt"]                                           |
        | fapi_profile        | "fapi2"                                                       |
        | jwks                | the key set "partner"                                         |
        | logo_url            | "https://bank.example.com/logo.png"                           |
        | privacy_policy      | "https://bank.example.com/privacy"                            |
        | terms_url           | "https://bank.example.com/terms"                              |
        | website             | "https://bank.example.com/"                                   |
      When Alice clones "Partner Bank"
      Then the clone is created
      And the answer holds exactly
        """
        id client_id name redirect_uris scopes grant_types client_auth_methods cors_origins
        fapi_profile status
        """
      And "Partner Bank (clone)" has
        | tenant_id           | "acme"                                                        |
        | name                | "Partner Bank (clone)"                                        |
        | redirect_uris       | ["https://bank.example.com/cb", "https://bank.example.com/2"] |
        | scopes              | ["openid", "accounts:read"]                                   |
        | grant_types         | ["authorization_code", "refresh_token"]                       |
        | client_auth_methods | the text ["private_key_jwt"]                                  |
        | cors_origins        | ["https://bank.example.com"]                                  |
        | fapi_profile        | "fapi2"                                                       |
        | is_confidential     | true                                                          |
        | logo_url            | "https://bank.example.com/logo.png"                           |
        | privacy_policy      | "https://bank.example.com/privacy"                            |
        | terms_url           | "https://bank.example.com/terms"                              |
        | website             | "https://bank.example.com/"                                   |
        | status              | "active"                                                      |
      And the key set of "Partner Bank (clone)" is "partner"

    Scenario: The jwks_uri is kept and shown
      Given the client "My Application" with
        | client_auth_methods | ["private_key_jwt"]            |
        | jwks_uri            | "https://app.example.com/jwks" |
      When Alice clones "My Application"
      Then the clone is created
      And the answer says
        | jwks_uri | "https://app.example.com/jwks" |

    Scenario: The original is not changed
      Given the client "My Application"
      And Alice read "My Application"
      When Alice clones "My Application"
      Then the clone is created
      And "My Application" is as it was
      And "My Application" has
        | name | "My Application" |

    Scenario: Later changes affect only one of them
      Given the client "My Application"
      And Alice cloned "My Application"
      When Alice changes "My Application (clone)" to
        | scopes | ["openid"] |
      Then the client is changed
      And "My Application" has
        | scopes | [] |

    Scenario: A clone has its own creation time
      Given the client "My Application"
      And 60 seconds pass
      And Alice cloned "My Application"
      When Alice reads "My Application (clone)"
      Then the updated_at is 0 seconds after the created_at

  Rule: The name says that it is a clone

    Scenario: A clone of a clone
      Given the client "My Application"
      And Alice cloned "My Application"
      When Alice clones "My Application (clone)"
      Then the clone is created
      And the answer says
        | name | "My Application (clone) (clone)" |

    Scenario: A long name is truncated
      Given the client "My Application" with
        | name | "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn1234" |
      When Alice clones "My Application"
      Then the clone is created
      And the answer says
        | name | "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn (clone)" |

  Rule: It gets its own secret

    Scenario: Both secrets work, each for its own client
      Given the client "My Application"
      When Alice clones "My Application"
      Then the clone is created
      And the secret has a prefix, a lookup id, 256 random bits and a checksum
      And the secret of "My Application (clone)" works
      And the secret of "My Application" works
      But the secret of "My Application" does not work for "My Application (clone)"
      And the secret of "My Application (clone)" does not work for "My Application"

    Scenario: The secret is shown once, and only its hash is stored
      Given the client "My Application"
      And Alice cloned "My Application"
      When Alice reads "My Application (clone)"
      Then the client is shown
      And the secret of "My Application (clone)" is not in the answer
      And the secret_last_four of "My Application (clone)" are the end of its secret
      And the secret of "My Application (clone)" is not stored, and its hash is Argon2id

    Scenario: A clone of a public client has no secret
      Given the client "My Application" with
        | is_confidential | false |
      When Alice clones "My Application"
      Then the clone is created
      And the answer has no client_secret
      And no secret of "My Application (clone)" is stored

    Scenario: A clone that authenticates with its key has no secret
      Given the client "My Application" with
        | client_auth_methods | ["private_key_jwt"]            |
        | jwks_uri            | "https://app.example.com/jwks" |
      When Alice clones "My Application"
      Then the clone is created
      And the answer has no client_secret
      And no secret of "My Application (clone)" is stored

  Rule: It starts active

    Scenario Outline: Even if the original is <status>
      Given the client "My Application"
      And Alice changed "My Application" to
        | status | "<status>" |
      When Alice clones "My Application"
      Then the clone is created
      And the answer says
        | status | "active" |
      And "My Application" has
        | status | "<status>" |

      Examples:
        | status    |
        | active    |
        | suspended |
        | inactive  |

  Rule: The request has no body

    Scenario Outline: A body is not read: <body>
      Given the client "My Application"
      When Alice clones "My Application" and sends '<body>' with it
      Then the clone is created
      And the answer says
        | name | "My Application (clone)" |

      Examples:
        | body                  |
        | {"name":"Other Name"} |
        | no JSON               |

  Rule: Missing clients and clients of other tenants look the same

    Scenario: Bob can't clone Alice's client
      Given the client "My Application"
      When Bob asks to clone the client "app-01arz3ndektsv4rrffq69g5fav"
      And Bob asks to clone "My Application"
      Then it is refused as not found
      And both answers are the same
      And the audit trail of "My Application" has 1 entry

  Rule: The audit trail shows who cloned which client

    Scenario: One entry, for the clone
      Given the client "My Application"
      And Alice calls from 192.0.2.7
      When Alice clones "My Application"
      Then the clone is created
      And the audit trail of "My Application (clone)" has 1 entry
      And the newest audit entry of "My Application (clone)" says
        | action        | client.clone                  |
        | operator_id   | alice                         |
        | operator_type | admin                         |
        | tenant_id     | acme                          |
        | target_id     | {My Application (clone)}      |
        | ip            | 192.0.2.7                     |
        | message       | cloned from {My Application}  |
      And the newest audit entry of "My Application (clone)" is as old as its last change
      And no secret, hash or token is in the audit trail of "My Application (clone)"
      And the audit trail of "My Application" has 1 entry
