namespace KestrelL4.Authority.Api;

/// <summary>In which role somebody speaks to the authority: told by who signed the certificate, never by a name in it.</summary>
[Flags]
internal enum Role
{
    /// <summary>No role, which opens nothing.</summary>
    None = 0,

    /// <summary>Showed no certificate.</summary>
    Anonymous = 1,

    /// <summary>Showed a node's certificate that is in date.</summary>
    Node = 2,

    /// <summary>Showed a client's certificate, which serves at nodes and not here.</summary>
    Client = 4,

    /// <summary>Showed a certificate that says nothing here: foreign, expired, or for something else.</summary>
    Stranger = 8,

    /// <summary>Came over the admin socket, as root or as the authority's own user; or showed a client's certificate of the administrators' list.</summary>
    Administrator = 16,
}
