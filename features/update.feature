Feature: Change a client
  An administrator changes the fields of a client. Fields that are not named stay as they are, and
  no change leads to a client that could not be created.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"

  Rule: Only the named fields change

    Scenario: One field
      Given the client "My Application" with
        | website | "https://app.example.com/" |
      When Alice changes "My Application" to
        | scopes | ["openid", "profile"] |
      Then the client is changed
      And the answer holds exactly
        """
        id tenant_id client_id name redirect_uris scopes grant_types client_auth_methods
        cors_origins is_confidential website status secret_last_four created_at updated_at
        """
      And the answer says
        | tenant_id           | "acme"                               |
        | name                | "My Application"                     |
        | redirect_uris       | ["https://app.example.com/callback"] |
        | scopes              | ["openid", "profile"]                |
        | grant_types         | ["authorization_code"]               |
        | client_auth_methods | the text ["client_secret_basic"]     |
        | cors_origins        | ["https://app.example.com"]          |
        | is_confidential     | true                                 |
        | website             | "https://app.example.com/"           |
        | status              | "active"                             |
      And "My Application" has
        | scopes | ["openid", "profile"] |

    Scenario Outline: <field> becomes <value>
      Given the client "My Application"
      When Alice changes "My Application" to
        | <field> | <value> |
      Then the client is changed
      And the answer says
        | <field> | <value> |
      And "My Application" has
        | <field> | <value> |
      And the secret of "My Application" works
      And the newest audit entry of "My Application" says
        | message | changed <field> |

      Examples:
        | field               | value                                         |
        | name                | "Your Application"                            |
        | redirect_uris       | ["https://b.example/cb", "https://c.example"] |
        | scopes              | ["openid"]                                    |
        | grant_types         | ["client_credentials", "refresh_token"]       |
        | client_auth_methods | the text ["client_secret_post"]               |
        | jwks_uri            | "https://app.example.com/jwks"                |
        | logo_url            | "https://app.example.com/logo.png"            |
        | privacy_policy      | "https://app.example.com/privacy"             |
        | terms_url           | "https://app.example.com/terms"               |
        | website             | "https://app.example.com/"                    |
        | status              | "suspended"                                   |
        | status              | "inactive"                                    |

    Scenario: The key set is replaced, and not shown
      Given the client "My Application"
      And the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      When Alice changes "My Application" to
        | jwks | the key set "partner" |
      Then the client is changed
      And the answer has no jwks
      And the key set of "My Application" is "partner"

    Scenario: The origins follow the redirect URIs
      Given the client "My Application"
      When Alice changes "My Application" to
        | redirect_uris | ["https://b.example/cb", "https://c.example/cb"] |
      Then the client is changed
      And the answer says
        | cors_origins | ["https://b.example", "https://c.example"] |

    Scenario: A list that may be empty can be cleared
      Given the client "My Application" with
        | scopes | ["openid"] |
      When Alice changes "My Application" to
        | scopes | [] |
      Then the client is changed
      And the answer says
        | scopes | [] |

    Scenario: A suspended client can be changed and made active again
      Given the client "My Application"
      And Alice changed "My Application" to
        | status | "suspended" |
      When Alice changes "My Application" to
        | status | "active"            |
        | name   | "Back in Operation" |
      Then the client is changed
      And the answer says
        | status | "active"            |
        | name   | "Back in Operation" |
      And the secret of "My Application" works

    Scenario: A change of nothing is not a fault
      Given the client "My Application"
      When Alice changes nothing in "My Application"
      Then the client is changed
      And the answer says
        | name | "My Application" |

    Scenario: A client can be sent back as it was read
      Given the client "My Application" with
        | scopes   | ["openid"]                     |
        | jwks_uri | "https://app.example.com/jwks" |
      And Alice read "My Application"
      When Alice sends "My Application" back as she read it
      Then the client is changed
      And the newest audit entry of "My Application" says
        | message | changed nothing |
      And the secret of "My Application" works

    Scenario: The times of the creation and of the change are kept
      Given the client "My Application"
      And 75 seconds pass
      When Alice changes "My Application" to
        | website | "https://app.example.com/" |
      Then the client is changed
      And the updated_at is 75 seconds after the created_at

  Rule: Unknown fields are ignored

    Scenario: The identity, the tenant and the secret can't be changed
      Given the client "My Application"
      When Alice changes "My Application" to
        | id               | "01ARZ3NDEKTSV4RRFFQ69G5FAV" |
        | client_id        | "app-mine"                   |
        | tenant_id        | "globex"                     |
        | client_secret    | "hunter2"                    |
        | secret_last_four | "ter2"                       |
        | cors_origins     | ["https://evil.example"]     |
        | created_at       | "2001-01-01T00:00:00Z"       |
        | deleted_at       | "2001-01-01T00:00:00Z"       |
        | nickname         | "Appy"                       |
      Then the client is changed
      And the client_id is made from the id
      And the answer says
        | tenant_id    | "acme"                      |
        | cors_origins | ["https://app.example.com"] |
      And the answer has no deleted_at
      And the answer has no nickname
      And the answer does not repeat "hunter2"
      And the answer does not repeat "01ARZ3NDEKTSV4RRFFQ69G5FAV"
      And the secret_last_four of "My Application" are the end of its secret
      And the secret of "My Application" works
      And the newest audit entry of "My Application" says
        | message | changed nothing |

  Rule: null or an empty text clears an optional text

    Scenario Outline: <value> clears <field>
      Given the client "My Application" with
        | <field> | "https://app.example.com/page" |
      When Alice changes "My Application" to
        | <field> | <value> |
      Then the client is changed
      And the answer has no <field>
      And "My Application" has no <field>

      Examples:
        | field          | value |
        | jwks_uri       | null  |
        | jwks_uri       | ""    |
        | logo_url       | null  |
        | logo_url       | ""    |
        | privacy_policy | null  |
        | privacy_policy | ""    |
        | terms_url      | null  |
        | terms_url      | ""    |
        | website        | null  |
        | website        | ""    |

    Scenario Outline: <value> clears the FAPI profile and the keys
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      And the client "Partner Bank" with
        | client_auth_methods | ["private_key_jwt"]   |
        | fapi_profile        | "fapi2"               |
        | jwks                | the key set "partner" |
      When Alice changes "Partner Bank" to
        | client_auth_methods | ["client_secret_basic"] |
        | fapi_profile        | <value>                 |
        | jwks                | <value>                 |
      Then the client is changed
      And the answer has no fapi_profile
      And no key set is stored for "Partner Bank"

      Examples:
        | value |
        | null  |
        | ""    |

    Scenario Outline: <field> can't be cleared by <value>
      Given the client "My Application"
      When Alice changes "My Application" to
        | <field> | <value> |
      Then it is refused as malformed
      And the message names nothing but "<field>"
      And "My Application" is as it was

      Examples:
        | field               | value |
        | name                | null  |
        | name                | ""    |
        | status              | null  |
        | status              | ""    |
        | is_confidential     | null  |
        | redirect_uris       | null  |
        | redirect_uris       | []    |
        | scopes              | null  |
        | grant_types         | null  |
        | grant_types         | []    |
        | client_auth_methods | null  |
        | client_auth_methods | []    |

  Rule: The status is one of three

    Scenario Outline: <status> is not a status
      Given the client "My Application"
      When Alice changes "My Application" to
        | status | <status> |
      Then it is refused as malformed
      And the message is
        """
        status: <message>
        """

      Examples:
        | status    | message                                   |
        | "deleted" | must be one of active, suspended, inactive |
        | "ACTIVE"  | must be one of active, suspended, inactive |
        | 1         | must be a string                          |

  Rule: The resulting client is validated as a whole

    Scenario Outline: <rule>
      Given the client "My Application" with
        | <has> | <this> |
      When Alice changes "My Application" to
        | <field> | <value> |
      Then it is refused as malformed
      And the message names "<path>"
      And "My Application" is as it was
      And the audit trail of "My Application" has 1 entry

      Examples: Values that are valid separately, but not together
        | rule                                              | has             | this                                | field               | value                   | path                |
        | Client credentials need a confidential client     | grant_types     | ["client_credentials"]              | is_confidential     | false                   | grant_types[0]      |
        | A public client takes no client credentials       | is_confidential | false                               | grant_types         | ["client_credentials"]  | grant_types[0]      |
        | FAPI needs private_key_jwt                        | scopes          | ["openid"]                          | fapi_profile        | "fapi2"                 | client_auth_methods |
        | Either a key set or a jwks_uri                    | jwks_uri        | "https://app.example.com/jwks"      | jwks                | the text {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]} | jwks_uri |

    Scenario: A client with a private-use scheme must be public
      Given the client "My Application" with
        | is_confidential | false                   |
        | redirect_uris   | ["com.example.app:/cb"] |
      When Alice changes "My Application" to
        | is_confidential | true |
      Then it is refused as malformed
      And the message names nothing but "redirect_uris[0]"
      And "My Application" is as it was

    Scenario: A client with private_key_jwt must have keys
      Given the client "My Application" with
        | client_auth_methods | ["private_key_jwt"]            |
        | jwks_uri            | "https://app.example.com/jwks" |
      When Alice changes "My Application" to
        | jwks_uri | null |
      Then it is refused as malformed
      And the message names nothing but "jwks"
      And "My Application" is as it was

    Scenario: A FAPI client must use private_key_jwt
      Given the client "My Application" with
        | client_auth_methods | ["private_key_jwt"]            |
        | jwks_uri            | "https://app.example.com/jwks" |
        | fapi_profile        | "fapi2"                        |
      When Alice changes "My Application" to
        | client_auth_methods | ["client_secret_basic"] |
      Then it is refused as malformed
      And the message names nothing but "client_auth_methods"

    Scenario: A grant that redirects comes with its redirect URIs
      Given the host asks for redirect URIs only where a grant redirects
      And the client "My Application" with
        | redirect_uris | []                     |
        | grant_types   | ["client_credentials"] |
      When Alice changes "My Application" to
        | grant_types | ["authorization_code"] |
      Then it is refused as malformed
      And the message names nothing but "redirect_uris"
      And "My Application" is as it was

    Scenario: Conflicting fields can be changed together
      Given the client "My Application" with
        | grant_types | ["client_credentials"] |
      When Alice changes "My Application" to
        | is_confidential | false                  |
        | grant_types     | ["authorization_code"] |
      Then the client is changed
      And the answer says
        | is_confidential     | false             |
        | client_auth_methods | the text ["none"] |

    Scenario: Every fault is reported at once, and nothing is changed
      Given the client "My Application"
      When Alice changes "My Application" to
        | name          | "A fine name"                     |
        | redirect_uris | ["https://evil.example/cb#token"] |
        | website       | "javascript:alert(1)"             |
        | status        | "s3cret"                          |
      Then it is refused as malformed
      And the message is
        """
        redirect_uris[0]: must not contain a fragment;
        website: must be an absolute https URL;
        status: must be one of active, suspended, inactive
        """
      And the answer does not repeat "evil"
      And the answer does not repeat "s3cret"
      And "My Application" is as it was

  Rule: A change between public and confidential resets the auth methods

    Scenario: A confidential client goes public, and its secret ends at once
      Given the client "My Application"
      When Alice changes "My Application" to
        | is_confidential | false |
      Then the client is changed
      And the answer says
        | is_confidential     | false             |
        | client_auth_methods | the text ["none"] |
      And the answer has no secret_last_four
      And the secret of "My Application" no longer works

    Scenario: A public client goes confidential, and gets no secret
      Given the client "My Application" with
        | is_confidential | false |
      When Alice changes "My Application" to
        | is_confidential | true |
      Then the client is changed
      And the answer says
        | is_confidential     | true                             |
        | client_auth_methods | the text ["client_secret_basic"] |
      And the answer has no client_secret
      And the answer has no secret_last_four
      And no secret of "My Application" is stored

    Scenario: Named methods are not reset
      Given the client "My Application" with
        | is_confidential | false |
      When Alice changes "My Application" to
        | is_confidential     | true                   |
        | client_auth_methods | ["client_secret_post"] |
      Then the client is changed
      And the answer says
        | client_auth_methods | the text ["client_secret_post"] |

    Scenario: Named methods must be allowed for the new kind of client
      Given the client "My Application"
      When Alice changes "My Application" to
        | is_confidential     | false                   |
        | client_auth_methods | ["client_secret_basic"] |
      Then it is refused as malformed
      And the message names nothing but "client_auth_methods"
      And the secret of "My Application" works

    Scenario: Naming the current kind resets nothing
      Given the client "My Application" with
        | client_auth_methods | ["client_secret_post"] |
      When Alice changes "My Application" to
        | is_confidential | true |
      Then the client is changed
      And the answer says
        | client_auth_methods | the text ["client_secret_post"] |
      And the secret of "My Application" works

    Scenario: A change to private_key_jwt ends the secret at once
      Given the client "My Application" with
        | jwks_uri | "https://app.example.com/jwks" |
      When Alice changes "My Application" to
        | client_auth_methods | ["private_key_jwt"] |
      Then the client is changed
      And the answer has no secret_last_four
      And the secret of "My Application" no longer works

    Scenario: An ended secret is not restored
      Given the client "My Application"
      And Alice changed "My Application" to
        | is_confidential | false |
      When Alice changes "My Application" to
        | is_confidential | true |
      Then the client is changed
      And the answer has no secret_last_four
      And the secret of "My Application" no longer works

    Scenario: A change from one secret method to another keeps the secret
      Given the client "My Application"
      When Alice changes "My Application" to
        | client_auth_methods | ["client_secret_post"] |
      Then the client is changed
      And the secret of "My Application" works

  Rule: A change may come as a JSON Merge Patch

    Scenario: It names what changes, and null clears
      Given the client "My Application" with
        | website | "https://app.example.com/" |
        | scopes  | ["openid"]                 |
      When Alice patches "My Application" with
        | website | null                |
        | name    | "Their Application" |
      Then the client is changed
      And the answer says
        | name   | "Their Application" |
        | scopes | ["openid"]          |
      And the answer has no website
      And the newest audit entry of "My Application" says
        | action  | client.update         |
        | message | changed name, website |

    Scenario Outline: <field> can't be cleared
      Given the client "My Application"
      When Alice patches "My Application" with
        | <field> | null |
      Then it is refused as malformed
      And the message names nothing but "<field>"
      And "My Application" is as it was

      Examples:
        | field           |
        | name            |
        | redirect_uris   |
        | scopes          |
        | is_confidential |
        | status          |

  Rule: If-Match prevents lost updates

    Scenario: The client was not changed meanwhile
      Given the client "My Application"
      And Alice read "My Application"
      When Alice changes "My Application", if it is as she read it, to
        | scopes | ["openid"] |
      Then the client is changed
      And the version is another one

    Scenario: Another administrator changed it meanwhile
      Given Anna administers the tenant "acme"
      And the client "My Application"
      And Alice read "My Application"
      And Anna changed "My Application" to
        | scopes | ["openid"] |
      When Alice changes "My Application", if it is as she read it, to
        | scopes | ["email"] |
      Then it is refused as stale
      And "My Application" has
        | scopes | ["openid"] |
      And the audit trail of "My Application" has 2 entries

    Scenario: Without If-Match, changes are merged
      Given Anna administers the tenant "acme"
      And the client "My Application"
      And Alice read "My Application"
      And Anna changed "My Application" to
        | scopes | ["openid"] |
      When Alice changes "My Application" to
        | website | "https://app.example.com/" |
      Then the client is changed
      And the answer says
        | scopes  | ["openid"]                 |
        | website | "https://app.example.com/" |

    Scenario Outline: If-Match: <tags>
      Given the client "My Application"
      And Alice read "My Application"
      When Alice changes "My Application", if its version is <tags>, to
        | scopes | ["openid"] |
      Then <outcome>

      Examples:
        | tags                | outcome                    |
        | CURRENT             | the client is changed      |
        | "another",CURRENT   | the client is changed      |
        | *                   | the client is changed      |
        | "another"           | it is refused as stale     |
        | W/CURRENT           | it is refused as stale     |
        | CURRENT"            | it is refused as malformed |
        | unquoted            | it is refused as malformed |

  Rule: The body is one JSON object

    Scenario Outline: It is refused: <body>
      Given the client "My Application"
      When Alice changes "My Application" by sending '<body>'
      Then it is refused as malformed
      And the message names nothing but "body"
      And "My Application" is as it was

      Examples:
        | body                          |
        |                               |
        | null                          |
        | [{"name":"A"}]                |
        | {"name":"A","name":"B"}       |
        | {"name":"A"} {"name":"B"}     |
        | {"name":"A",}                 |

  Rule: Missing clients and clients of other tenants look the same

    Scenario: Bob can't change Alice's client
      Given the client "My Application"
      When Bob asks to change the client "app-01arz3ndektsv4rrffq69g5fav"
      And Bob asks to change "My Application"
      Then it is refused as not found
      And both answers are the same
      And "My Application" is as it was

  Rule: The audit trail shows who changed which client

    Scenario: One entry, with the names of the fields and none of their values
      Given the client "My Application"
      And Alice calls from 2001:db8::7
      When Alice changes "My Application" to
        | name            | "Codename Bluebird" |
        | scopes          | ["openid"]          |
        | is_confidential | false               |
        | status          | "suspended"         |
      Then the client is changed
      And the audit trail of "My Application" has 2 entries
      And the newest audit entry of "My Application" says
        | action        | client.update                                                             |
        | operator_id   | alice                                                                     |
        | operator_type | admin                                                                     |
        | tenant_id     | acme                                                                      |
        | target_id     | {My Application}                                                          |
        | ip            | 2001:db8::7                                                               |
        | message       | changed name, scopes, client_auth_methods, is_confidential, status        |
      And the newest audit entry of "My Application" is as old as its last change
      And nothing in the audit trail of "My Application" repeats "Bluebird"
      And no secret, hash or token is in the audit trail of "My Application"

    Scenario: A refused change leaves no entry
      Given the client "My Application"
      When Alice changes "My Application" to
        | redirect_uris | [] |
      Then it is refused as malformed
      And the audit trail of "My Application" has 1 entry
