namespace KestrelL4.Authority.Administration;

/// <summary>What the authority serves to administrators.</summary>
internal static class AdministrationRoutes
{
    /// <summary>GET: the authority itself.</summary>
    public const string Self = "/v1/admin";

    /// <summary>POST: have a join token made.</summary>
    public const string Tokens = "/v1/admin/tokens";

    /// <summary>GET: the nodes.</summary>
    public const string Nodes = "/v1/admin/nodes";

    /// <summary>DELETE: revoke a node.</summary>
    public const string Node = "/v1/admin/nodes/{name}";

    /// <summary>GET: the clients. POST: have one registered.</summary>
    public const string Clients = "/v1/admin/clients";

    /// <summary>PATCH: have a client changed. DELETE: revoke it.</summary>
    public const string Client = "/v1/admin/clients/{name}";

    /// <summary>POST with a certificate signing request: a client's certificate, followed by its issuer's.</summary>
    public const string ClientCertificates = "/v1/admin/clients/{name}/certificates";

    /// <summary>DELETE: revoke a client's certificate.</summary>
    public const string Certificate = "/v1/admin/certificates/{id}";

    /// <summary>GET: the administrators' list. POST: have a certificate entered.</summary>
    public const string Administrators = "/v1/admin/administrators";

    /// <summary>DELETE: have a certificate struck from the administrators' list.</summary>
    public const string Administrator = "/v1/admin/administrators/{id}";

    /// <summary>POST: begin a new epoch.</summary>
    public const string Epoch = "/v1/admin/epoch";
}
