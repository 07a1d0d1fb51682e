using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>Have a join token made.</summary>
/// <param name="Node">The node that it admits.</param>
/// <param name="Hosts">The names and addresses that its certificate will bear. 1 to 100.</param>
/// <param name="ExpiresIn">How long it admits. More than zero, at most 30 days.</param>
/// <param name="Uses">How many keys it admits. 1 to 1,000.</param>
internal sealed record TokenOrder(string Node, IReadOnlyList<string> Hosts, TimeSpan ExpiresIn, int Uses);

/// <summary>Have a certificate entered into the administrators' list.</summary>
/// <param name="SerialNumber">The certificate, as <see cref="CertificateName"/>, of this authority.</param>
internal sealed record AdministratorOrder(string SerialNumber);

/// <summary>Have a client registered.</summary>
/// <param name="Name">The client.</param>
/// <param name="SerialNumbers">Its certificates, each as <see cref="CertificateName"/>; may be empty.</param>
/// <param name="Applications">Its grants.</param>
internal sealed record ClientOrder(string Name, IReadOnlyList<string> SerialNumbers, IReadOnlyList<string> Applications);

/// <summary>Have a client changed; what is null stays.</summary>
internal sealed record ClientChange
{
    /// <summary>Certificates to be added, each as <see cref="CertificateName"/>.</summary>
    public IReadOnlyList<string>? AddSerialNumbers { get; init; }

    /// <summary>Its grants from now on.</summary>
    public IReadOnlyList<string>? Applications { get; init; }

    /// <summary>Whether it is refused from now on.</summary>
    public bool? Disabled { get; init; }

    /// <summary>A limit from now on.</summary>
    public LimitChange? Limit { get; init; }
}

/// <summary>Have a limit replaced whole.</summary>
/// <param name="Application">The application whose grant's limit it is; null = the client's own, over all applications.</param>
/// <param name="Limit">The limit from now on; null = none of its own.</param>
internal sealed record LimitChange(string? Application, RegisteredLimit? Limit);
