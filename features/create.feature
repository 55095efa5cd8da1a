Feature: Create a client
  An administrator registers an application. Missing fields get safe defaults, a refusal lists
  every fault at once, and the secret is shown only once.

  Background:
    Given Alice administers the tenant "acme"

  Rule: A name and one redirect URI are enough

    Scenario: The smallest client
      When Alice creates a client with
        | name          | "My Application"                     |
        | redirect_uris | ["https://app.example.com/callback"] |
      Then the client is created
      And the answer holds exactly
        """
        id client_id client_secret name redirect_uris scopes grant_types client_auth_methods
        cors_origins is_confidential status
        """
      And the answer says
        | name                | "My Application"                     |
        | redirect_uris       | ["https://app.example.com/callback"] |
        | scopes              | []                                   |
        | grant_types         | ["authorization_code"]               |
        | client_auth_methods | the text ["client_secret_basic"]     |
        | cors_origins        | ["https://app.example.com"]          |
        | is_confidential     | true                                 |
        | status              | "active"                             |

    Scenario: A public client does not authenticate and has no secret
      When Alice creates "My Application" with
        | is_confidential | false |
      Then the client is created
      And the answer says
        | is_confidential     | false             |
        | client_auth_methods | the text ["none"] |
      And the answer has no client_secret

    Scenario: A client with every field, and with a key set
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      When Alice creates a client with
        | name                | "Partner Bank"                                              |
        | redirect_uris       | ["https://bank.example.com/cb", "http://127.0.0.1:8400/cb"] |
        | scopes              | ["openid", "accounts:read"]                                 |
        | grant_types         | ["authorization_code", "refresh_token"]                     |
        | client_auth_methods | ["private_key_jwt"]                                         |
        | fapi_profile        | "fapi2"                                                     |
        | is_confidential     | true                                                        |
        | jwks                | the key set "partner"                                       |
        | logo_url            | "https://bank.example.com/logo.png"                         |
        | privacy_policy      | "https://bank.example.com/privacy"                          |
        | terms_url           | "https://bank.example.com/terms"                            |
        | website             | "https://bank.example.com/"                                 |
      Then the client is created
      And the answer holds exactly
        """
        id client_id name redirect_uris scopes grant_types client_auth_methods cors_origins
        fapi_profile is_confidential jwks logo_url privacy_policy terms_url website status
        """
      And the answer says
        | name                | "Partner Bank"                                              |
        | redirect_uris       | ["https://bank.example.com/cb", "http://127.0.0.1:8400/cb"] |
        | scopes              | ["openid", "accounts:read"]                                 |
        | grant_types         | ["authorization_code", "refresh_token"]                     |
        | client_auth_methods | the text ["private_key_jwt"]                                |
        | cors_origins        | ["https://bank.example.com", "http://127.0.0.1:8400"]       |
        | fapi_profile        | "fapi2"                                                     |
        | is_confidential     | true                                                        |
        | jwks                | the key set "partner"                                       |
        | logo_url            | "https://bank.example.com/logo.png"                         |
        | privacy_policy      | "https://bank.example.com/privacy"                          |
        | terms_url           | "https://bank.example.com/terms"                            |
        | website             | "https://bank.example.com/"                                 |
        | status              | "active"                                                    |

    Scenario: A key set as an object is stored as its text
      Given the key set "partner"
        """
        {"keys":[{"crv":"P-256","kty":"EC","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      When Alice creates "My Application" with
        | jwks | { "keys": [ {"crv": "P-256", "kty": "EC", "x": "od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE", "y": "5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"} ] } |
      Then the client is created
      And the answer says
        | jwks | the key set "partner" |

    Scenario: A jwks_uri instead of a key set
      When Alice creates "My Application" with
        | client_auth_methods | ["private_key_jwt"]                       |
        | jwks_uri            | "https://app.example.com/keys/jwks.json" |
      Then the client is created
      And the answer says
        | jwks_uri | "https://app.example.com/keys/jwks.json" |
      And the answer has no jwks

    Scenario: A new client has its own identity, and the response has its location
      When Alice creates "My Application"
      Then the client is created
      And the client_id is made from the id
      And the answer says where "My Application" is

    Scenario Outline: <field> is required
      When Alice creates "My Application" with
        | <field> | |
      Then it is refused as malformed
      And the message is
        """
        <field>: is required
        """

      Examples:
        | field         |
        | name          |
        | redirect_uris |

    Scenario Outline: <value> leaves <field> unset
      When Alice creates "My Application" with
        | <field> | <value> |
      Then the client is created
      And the answer has no <field>

      Examples:
        | field          | value |
        | fapi_profile   | null  |
        | fapi_profile   | ""    |
        | jwks           | null  |
        | jwks           | ""    |
        | jwks_uri       | ""    |
        | logo_url       | null  |
        | privacy_policy | ""    |
        | terms_url      | null  |
        | website        | ""    |

  Rule: The secret is shown once, and only its hash is stored

    Scenario: The format of a secret
      When Alice creates "My Application"
      Then the client is created
      And the secret has a prefix, a lookup id, 256 random bits and a checksum
      And the secret of "My Application" works

    Scenario: It is never shown again
      Given the client "My Application"
      When Alice reads "My Application"
      Then the client is shown
      And the answer has no client_secret
      And the secret of "My Application" is not in the answer
      But the secret_last_four of "My Application" are the end of its secret

    Scenario: It is never stored
      Given the client "My Application"
      Then the secret of "My Application" is not stored, and its hash is Argon2id

    Scenario: Each client has its own secret
      Given the client "My Application"
      And the client "Another Application"
      Then the secret of "My Application" does not work for "Another Application"

    Scenario Outline: A client with <methods> gets <what>
      When Alice creates "My Application" with
        | client_auth_methods | <methods>                         |
        | jwks_uri            | "https://app.example.com/jwks" |
      Then the client is created
      And the answer holds exactly
        """
        id client_id name redirect_uris scopes grant_types client_auth_methods cors_origins
        is_confidential jwks_uri status <secret>
        """

      Examples:
        | methods                                    | what      | secret        |
        | ["client_secret_basic"]                    | a secret  | client_secret |
        | ["client_secret_post"]                     | a secret  | client_secret |
        | ["client_secret_post", "private_key_jwt"]  | a secret  | client_secret |
        | ["private_key_jwt"]                        | no secret |               |

    Scenario: client_secret_jwt is refused, since it needs the stored plaintext
      When Alice creates "My Application" with
        | client_auth_methods | ["client_secret_jwt"] |
      Then it is refused as malformed
      And the message names "client_auth_methods[0]"

  Rule: The auth methods are returned as a string that contains a JSON array

    Scenario Outline: They are accepted as an array or as such a string
      When Alice creates "My Application" with
        | client_auth_methods | <sent> |
      Then the client is created
      And the answer says
        | client_auth_methods | <answered> |

      Examples:
        | sent                                             | answered                                                  |
        | ["client_secret_post"]                           | the text ["client_secret_post"]                           |
        | the text ["client_secret_post"]                  | the text ["client_secret_post"]                           |
        | ["client_secret_post", "client_secret_basic"]    | the text ["client_secret_post","client_secret_basic"]     |
        | the text [ "client_secret_post" ]                | the text ["client_secret_post"]                           |

    Scenario Outline: Any other string is refused
      When Alice creates "My Application" with
        | client_auth_methods | <sent> |
      Then it is refused as malformed
      And the message names nothing but "client_auth_methods"

      Examples:
        | sent                           |
        | "client_secret_basic"          |
        | the text "client_secret_basic" |
        | the text {"a":1}               |
        | ""                             |

  Rule: The origins for CORS are derived from the redirect URIs

    Scenario Outline: The distinct http and https origins, in order
      When Alice creates "My Application" with
        | redirect_uris       | <redirect_uris>   |
        | is_confidential     | false             |
      Then the client is created
      And the answer says
        | cors_origins | <origins> |

      Examples:
        | redirect_uris                                                | origins                                          |
        | ["https://b.example/1", "https://a.example/", "https://b.example/2"] | ["https://b.example", "https://a.example"] |
        | ["https://a.example:8443/cb", "https://a.example/cb"]        | ["https://a.example:8443", "https://a.example"]  |
        | ["http://127.0.0.1:9000/cb", "http://[::1]:9000/cb"]         | ["http://127.0.0.1:9000", "http://[::1]:9000"]   |
        | ["com.example.app:/cb", "https://a.example/cb?x=1"]          | ["https://a.example"]                            |
        | ["com.example.app:/cb"]                                      | []                                               |

    Scenario: They can't be set
      When Alice creates "My Application" with
        | cors_origins | ["https://evil.example"] |
      Then the client is created
      And the answer says
        | cors_origins | ["https://app.example.com"] |

  Rule: A client that never redirects needs no redirect URI, where the host says so

    Background:
      Given the host asks for redirect URIs only where a grant redirects

    Scenario: A service
      When Alice creates a client with
        | name        | "Nightly Reports"      |
        | grant_types | ["client_credentials"] |
      Then the client is created
      And the answer says
        | redirect_uris | [] |
        | cors_origins  | [] |

    Scenario Outline: A redirect URI is missing with <grants>
      When Alice creates a client with
        | name          | "My Application" |
        | redirect_uris | <uris>           |
        | grant_types   | <grants>         |
      Then it is refused as malformed
      And the message is
        """
        redirect_uris: must hold at least one item for authorization_code
        """

      Examples:
        | uris | grants                                       |
        | []   | ["authorization_code"]                       |
        |      | ["client_credentials", "authorization_code"] |
        |      |                                              |

  Rule: Unknown fields are ignored

    Scenario: The identity, the tenant, the secret and the status can't be chosen
      When Alice creates "My Application" with
        | id               | "01ARZ3NDEKTSV4RRFFQ69G5FAV"  |
        | client_id        | "app-mine"                    |
        | tenant_id        | "globex"                      |
        | client_secret    | "hunter2"                     |
        | status           | "suspended"                   |
        | created_at       | "2001-01-01T00:00:00Z"        |
        | secret_last_four | "ter2"                        |
        | nickname         | {"deep": [1, 2, {"er": null}]} |
      Then the client is created
      And the answer holds exactly
        """
        id client_id client_secret name redirect_uris scopes grant_types client_auth_methods
        cors_origins is_confidential status
        """
      And the client_id is made from the id
      And the answer says
        | status | "active" |
      And the answer does not repeat "hunter2"
      And the answer does not repeat "01ARZ3NDEKTSV4RRFFQ69G5FAV"
      And "My Application" has
        | tenant_id | "acme" |
      And the tenant "globex" knows nothing of "My Application"

    Scenario: A strict host names unknown fields, and the known ones that were meant
      Given the host refuses unknown members
      When Alice creates "My Application" with
        | client_name | "Our Application" |
        | scope       | "openid s3cret"   |
        | nickname    | {"deep": [1]}     |
      Then it is refused as malformed
      And the message is
        """
        client_name: is not a known member, use name;
        nickname: is not a known member;
        scope: is not a known member, use scopes
        """
      And the answer does not repeat "s3cret"

  Rule: Each field has its own rules

    Scenario Outline: A redirect URI may be <uri>
      When Alice creates "My Application" with
        | redirect_uris   | ["<uri>"]      |
        | is_confidential | <confidential> |
      Then the client is created
      And the answer says
        | redirect_uris | ["<uri>"] |

      Examples: On the web, on the loopback interface, in a native app
        | uri                                   | confidential |
        | https://app.example.com               | true         |
        | https://app.example.com/cb?tenant=1   | true         |
        | https://app.example.com:8443/cb       | true         |
        | http://127.0.0.1:51004/cb             | true         |
        | http://[::1]/cb                       | true         |
        | http://localhost:3000/cb              | true         |
        | com.example.app:/oauth/cb             | false        |

    Scenario Outline: The host lists what else a redirect URI may be: <uri>
      Given the host lists <listed>
      When Alice creates "My Application" with
        | redirect_uris   | ["<uri>"]      |
        | is_confidential | <confidential> |
      Then the client is created
      And the answer says
        | redirect_uris | ["<uri>"] |

      Examples: Apps with an authority, hosts of developers
        | listed                                                        | uri                                          | confidential |
        | the redirect URI cursor://anysphere.cursor-mcp/oauth/callback | cursor://anysphere.cursor-mcp/oauth/callback | false        |
        | the scheme com.example.app                                    | com.example.app://callback                   | false        |
        | the scheme tauri                                              | tauri://localhost                            | false        |
        | dev.example.com for http                                      | http://dev.example.com:3000/cb               | true         |
        | *.localhost for http                                          | http://app.localhost:3000/cb                 | true         |

    Scenario Outline: Nothing else comes with it: <uri>
      Given the host lists <listed>
      When Alice creates "My Application" with
        | redirect_uris   | ["<uri>"]      |
        | is_confidential | <confidential> |
      Then it is refused as malformed
      And the message names nothing but "redirect_uris[0]"

      Examples:
        | listed                                                        | uri                                            | confidential |
        | the redirect URI cursor://anysphere.cursor-mcp/oauth/callback | cursor://anysphere.cursor-mcp/oauth/callback/x | false        |
        | the redirect URI cursor://anysphere.cursor-mcp/oauth/callback | cursor://anysphere.cursor-mcp/oauth/callback   | true         |
        | the scheme com.example.app                                    | com.example.other://callback                   | false        |
        | the scheme com.example.app                                    | com.example.app://callback#top                 | false        |
        | the scheme tauri                                              | tauri://localhost                              | true         |
        | dev.example.com for http                                      | http://www.dev.example.com/cb                  | true         |
        | *.localhost for http                                          | http://localhost.example.com/cb                | true         |

    Scenario Outline: A redirect URI is never <uri>
      When Alice creates "My Application" with
        | redirect_uris   | ["https://app.example.com/callback", "<uri>"] |
        | is_confidential | false                                         |
      Then it is refused as malformed
      And the message names nothing but "redirect_uris[1]"

      Examples: Relative, inexact, unsafe or misleading
        | uri                                   |
        |                                       |
        | /callback                             |
        | //app.example.com/cb                  |
        | app.example.com/cb                    |
        | https://                              |
        | http://app.example.com/cb             |
        | https://app.example.com/cb#top        |
        | https://app.example.com/cb#           |
        | https://user:pw@app.example.com/cb    |
        | https://*.example.com/cb              |
        | https://app.example.com/*             |
        | https://app.example.com/a/../cb       |
        | https://APP.example.com/cb            |
        | https://app.example.com:443/cb        |
        | https://app.example.com/a b           |
        | https:app.example.com/cb              |
        | https://app.example.com/cb?code=1     |
        | javascript:alert(1)                   |
        | data:text/html,hello                  |
        | file:///etc/passwd                    |
        | myapp:/cb                             |
        | com.example.app://host/cb             |

    Scenario Outline: A name may be <name>
      When Alice creates "My Application" with
        | name | <name> |
      Then the client is created
      And the answer says
        | name | <name> |

      Examples: Any script, up to 128 characters, kept as it is
        | name                         |
        | "a"                          |
        | "Ünïcode & <b>bold</b>"      |
        | "日本語のアプリ"             |
        | "x'); DROP TABLE clients;--" |
        | "n" 128 times                |
        | "ñ" 128 times                |

    Scenario Outline: A name is never <name>
      When Alice creates "My Application" with
        | name | <name> |
      Then it is refused as malformed
      And the message names nothing but "name"

      Examples: Empty, invisible, misleading or too long
        | name                |
        | ""                  |
        | " "                 |
        | null                |
        | "a\\nb"             |
        | "a\\u0000b"         |
        | "\\u202egnp.exe"    |
        | "\\u200b\\u200b"    |
        | "Pay\\u200bPal"     |
        | "Pay\\u00adPal"     |
        | "n" 129 times       |
        | "ñ" 129 times       |

    Scenario Outline: <field> is refused: <value>
      When Alice creates "My Application" with
        | <field> | <value> |
      Then it is refused as malformed
      And the message names nothing but "<path>"

      Examples: Lists
        | field               | value                              | path                   |
        | redirect_uris       | []                                 | redirect_uris          |
        | redirect_uris       | ["https://a.example/#"] 101 times  | redirect_uris          |
        | scopes              | ["a b"]                            | scopes[0]              |
        | scopes              | ["openid", ""]                     | scopes[1]              |
        | scopes              | ["é"]                              | scopes[0]              |
        | scopes              | ["scope#"] 129 times               | scopes                 |
        | grant_types         | []                                 | grant_types            |
        | grant_types         | ["password"]                       | grant_types[0]         |
        | grant_types         | ["authorization_code", "implicit"] | grant_types[1]         |
        | grant_types         | ["Authorization_Code"]             | grant_types[0]         |
        | client_auth_methods | []                                 | client_auth_methods    |
        | client_auth_methods | ["tls_client_auth"]                | client_auth_methods[0] |

      Examples: Words and addresses
        | field          | value                            | path           |
        | fapi_profile   | "fapi3"                          | fapi_profile   |
        | fapi_profile   | "FAPI2"                          | fapi_profile   |
        | logo_url       | "http://app.example.com/logo"    | logo_url       |
        | logo_url       | "data:image/png;base64,AAAA"     | logo_url       |
        | privacy_policy | "javascript:alert(1)"            | privacy_policy |
        | terms_url      | "/terms"                         | terms_url      |
        | website        | "app.example.com"                | website        |
        | jwks_uri       | "http://app.example.com/jwks"    | jwks_uri       |
        | jwks_uri       | "https://169.254.169.254/latest" | jwks_uri       |
        | jwks_uri       | "https://localhost/jwks"         | jwks_uri       |
        | jwks_uri       | "https://10.0.0.1/jwks"          | jwks_uri       |
        | jwks           | "{}"                             | jwks           |
        | jwks           | "no JSON"                        | jwks           |

    Scenario: The maximum number of redirect URIs and scopes
      When Alice creates "My Application" with
        | redirect_uris | ["https://a#.example/cb"] 100 times|
        | scopes        | ["scope#"] 128 times               |
      Then the client is created

    Scenario Outline: A <what> of <length> bytes is <outcome>
      When Alice creates "My Application" with
        | redirect_uris | ["https://app.example.com/<padding>"] |
        | scopes        | ["<scope>"]                           |
      Then <outcome>

      Examples:
        | what  | length | padding | scope                                                                                                                             | outcome                 |
        | scope | 128    | cb      | ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss  | the client is created   |
        | scope | 129    | cb      | sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss | it is refused as malformed |

    Scenario Outline: A key set <what> is refused
      Given the key set "bad"
        """
        <keys>
        """
      When Alice creates "My Application" with
        | jwks | the key set "bad" |
      Then it is refused as malformed
      And the message is
        """
        jwks: <message>
        """
      And the answer does not repeat "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"

      Examples:
        | what               | keys | message |
        | with a private key | {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}]} | holds a private key in keys[0] |
        | with a shared key  | {"keys":[{"kty":"oct","k":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}]} | holds a private key in keys[0] |

  Rule: The fields must be consistent

    Scenario Outline: <rule>
      When Alice creates "My Application" with
        | <field> | <value> |
        | <other> | <with>  |
      Then it is refused as malformed
      And the message names "<path>"

      Examples:
        | rule                                                          | field               | value                          | other               | with                            | path                |
        | A public client does not authenticate                         | is_confidential     | false                          | client_auth_methods | ["client_secret_basic"]         | client_auth_methods |
        | A confidential client authenticates                           | is_confidential     | true                           | client_auth_methods | ["none"]                        | client_auth_methods |
        | None can't be combined with another method                    | is_confidential     | false                          | client_auth_methods | ["none", "client_secret_basic"] | client_auth_methods |
        | Client credentials are for confidential clients               | is_confidential     | false                          | grant_types         | ["client_credentials"]          | grant_types[0]      |
        | A refresh token comes with another grant                      | is_confidential     | true                           | grant_types         | ["refresh_token"]               | grant_types         |
        | Private-use schemes are for public clients                    | is_confidential     | true                           | redirect_uris       | ["com.example.app:/cb"]         | redirect_uris[0]    |
        | private_key_jwt needs a key                                   | is_confidential     | true                           | client_auth_methods | ["private_key_jwt"]             | jwks                |
        | FAPI is for confidential clients                              | fapi_profile        | "fapi2"                        | is_confidential     | false                           | is_confidential     |
        | FAPI takes no shared secret                                   | fapi_profile        | "fapi1"                        | client_auth_methods | ["client_secret_basic"]         | client_auth_methods |
        | FAPI 1.0 has no loopback redirects                            | fapi_profile        | "fapi1"                        | redirect_uris       | ["http://127.0.0.1/cb"]         | redirect_uris[0]    |

    Scenario: private_key_jwt needs a key that can verify
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-521","x":"AMokxxNL1GDVBCs2R_AoSeUkaRcpn1ONSTO30acUu_pJWAhTZRdGb3_aXLw52xt6BoTQgg0txcWsEeJJ2JCyfHbm","y":"APAqW1scRrflYONV6rHh5M6cnFa_LLXnB7ZYqYxicCZCBsJ1O2IzvrtNnZj0jh7mXa8oXkgmomzFXDzjQ2QF7i0E"}]}
        """
      When Alice creates "My Application" with
        | client_auth_methods | ["private_key_jwt"]   |
        | jwks                | the key set "partner" |
      Then it is refused as malformed
      And the message names nothing but "jwks"

    Scenario: Either a key set or a jwks_uri
      Given the key set "partner"
        """
        {"keys":[{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}]}
        """
      When Alice creates "My Application" with
        | jwks     | the key set "partner"          |
        | jwks_uri | "https://app.example.com/jwks" |
      Then it is refused as malformed
      And the message names nothing but "jwks_uri"

  Rule: Every fault is reported at once, with its path and never its value

    Scenario: Four faults, one message
      When Alice creates a client with
        | name            | ""                                                                    |
        | redirect_uris   | ["https://app.example.com/callback", "https://evil.example/cb#token"] |
        | scopes          | ["openid", "scope with s3cret"]                                       |
        | is_confidential | "yes"                                                                 |
      Then it is refused as malformed
      And the message names "name"
      And the message names "redirect_uris[1]"
      And the message names "scopes[1]"
      And the message names "is_confidential"
      And the answer does not repeat "evil"
      And the answer does not repeat "s3cret"
      And the answer does not repeat "yes"

    Scenario: The words of the message
      When Alice creates "My Application" with
        | redirect_uris | ["https://app.example.com/callback", "https://app.example.com/#x"] |
        | grant_types   | "authorization_code"                                               |
      Then it is refused as malformed
      And the message is
        """
        redirect_uris[1]: must not contain a fragment;
        grant_types: must be an array of strings
        """

    Scenario: A list that is too long is counted
      When Alice creates "My Application" with
        | scopes | ["scope#"] 200 times |
      Then it is refused as malformed
      And the message is
        """
        scopes: must hold 0 to 128 items, not 200
        """

    Scenario: The first twenty faults are listed
      When Alice creates "My Application" with
        | scopes | ["bad scope #"] 30 times |
      Then it is refused as malformed
      And the message has 21 parts, and ends with "and 10 more"

    Scenario: A mistake is reported once
      When Alice creates "My Application" with
        | is_confidential     | false                |
        | client_auth_methods | ["private_key_jwts"] |
      Then it is refused as malformed
      And the message names nothing but "client_auth_methods[0]"

  Rule: The body is one JSON object

    Scenario Outline: It is refused: <body>
      When Alice creates a client by sending '<body>'
      Then it is refused as malformed
      And the message names nothing but "body"

      Examples: Not an object, not JSON, or duplicate members
        | body                                                                                    |
        |                                                                                         |
        | null                                                                                    |
        | []                                                                                      |
        | "My Application"                                                                        |
        | {"name":                                                                                |
        | {"name":"My Application","redirect_uris":["https://app.example.com/cb"]} and more       |
        | {"name":"My Application","redirect_uris":["https://app.example.com/cb"]}{}              |
        | {"name":"A","name":"My Application","redirect_uris":["https://app.example.com/cb"]}     |
        | {"x":1,"x":2,"name":"My Application","redirect_uris":["https://app.example.com/cb"]}    |
        | {name:"My Application"}                                                                 |

    Scenario: Bytes that are not UTF-8
      When Alice creates a client by sending bytes that are no text
      Then it is refused as malformed
      And the message names nothing but "body"

    Scenario Outline: A wrong type is malformed: <field> as <value>
      When Alice creates "My Application" with
        | <field> | <value> |
      Then it is refused as malformed
      And the message names nothing but "<path>"

      Examples:
        | field               | value                         | path             |
        | name                | 7                             | name             |
        | name                | ["My Application"]            | name             |
        | redirect_uris       | "https://app.example.com/cb"  | redirect_uris    |
        | redirect_uris       | [7]                           | redirect_uris[0] |
        | redirect_uris       | null                          | redirect_uris    |
        | scopes              | "openid profile"              | scopes           |
        | scopes              | [null]                        | scopes[0]        |
        | scopes              | null                          | scopes           |
        | grant_types         | {}                            | grant_types      |
        | grant_types         | null                          | grant_types      |
        | client_auth_methods | 1                             | client_auth_methods |
        | client_auth_methods | null                          | client_auth_methods |
        | is_confidential     | "true"                        | is_confidential  |
        | is_confidential     | 1                             | is_confidential  |
        | is_confidential     | null                          | is_confidential  |
        | fapi_profile        | 2                             | fapi_profile     |
        | jwks                | {"keys": []}                  | jwks             |
        | website             | true                          | website          |

    Scenario Outline: A body of type <type> is not JSON
      When Alice creates "My Application", and says that it is "<type>"
      Then it is refused as not JSON

      Examples:
        | type                              |
        | text/plain                        |
        | application/x-www-form-urlencoded |
        | application/json; charset=latin1  |

    Scenario: The type may name a charset
      When Alice creates "My Application", and says that it is "application/json; charset=utf-8"
      Then the client is created

    Scenario Outline: A body may have up to 128 KiB
      When Alice creates a client by sending 128 KiB and <more> bytes
      Then <outcome>

      Examples:
        | more | outcome                   |
        | 0    | the client is created     |
        | 1    | it is refused as too long |

  Rule: The audit trail shows who created which client

    Scenario: One entry
      Given Alice calls from 192.0.2.7
      When Alice creates "My Application"
      Then the client is created
      And the audit trail of "My Application" has 1 entry
      And the newest audit entry of "My Application" says
        | action        | client.create    |
        | operator_id   | alice            |
        | operator_type | admin            |
        | tenant_id     | acme             |
        | target_id     | {My Application} |
        | ip            | 192.0.2.7        |
        | message       | created          |
      And the newest audit entry of "My Application" is as old as its last change
      And no secret, hash or token is in the audit trail of "My Application"
