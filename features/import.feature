Feature: Import a client
  An administrator of every tenant registers a client of another system with the client_id and the
  secret that it has there, if the host allows it.

  Background:
    Given Alice administers the tenant "acme"
    And Grace administers every tenant
    And the host allows imports over HTTP

  Rule: It keeps its client_id and its secret

    Scenario: With a secret in clear
      When Grace, acting in "acme", imports a client by sending
        """
        {"client_id": "payroll", "name": "Payroll",
         "redirect_uris": ["https://payroll.example.com/callback"],
         "client_secret": "the secret that it has"}
        """
      Then the client "payroll" is imported

    Scenario: Its administrators find it
      Given Grace, acting in "acme", imported a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "grant_types": ["client_credentials"]}
        """
      When Alice asks to read the client "payroll"
      Then the client is shown

    Scenario: Its client_id is taken
      Given Grace, acting in "acme", imported a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "grant_types": ["client_credentials"]}
        """
      When Grace, acting in "globex", imports a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "grant_types": ["client_credentials"]}
        """
      Then it is refused as one too many

  Rule: The rules of a creation hold

    Scenario: A short secret
      When Grace, acting in "acme", imports a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "client_secret": "hunter2",
         "redirect_uris": ["https://payroll.example.com/callback"]}
        """
      Then it is refused as malformed

    Scenario: A misspelt member
      When Grace, acting in "acme", imports a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "secret": "the secret that it has",
         "redirect_uris": ["https://payroll.example.com/callback"]}
        """
      Then it is refused as malformed

  Rule: Only who administers every tenant

    Scenario: Alice may not import
      When Alice imports a client by sending
        """
        {"client_id": "payroll", "name": "Payroll", "grant_types": ["client_credentials"]}
        """
      Then it is refused as forbidden
