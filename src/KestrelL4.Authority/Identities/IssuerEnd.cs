namespace KestrelL4.Authority.Identities;

/// <summary>The end of the root or of an issuer, and what an operator is to do before it comes.</summary>
/// <param name="Name">What it is: <c>root</c>, <c>nodes</c>, <c>clients</c>, <c>snapshots</c>.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record IssuerEnd(string Name, DateTimeOffset NotAfter, string Remedy)
{
    /// <summary>How long before the end one is warned. 30 days.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(30);

    private const string OfRoot =
        "every node pins the root, so it cannot be replaced: make a new authority in another directory, and have the nodes join that one";

    /// <summary>The ends of root and issuers; an issuer that ends with the root has no remedy of its own.</summary>
    public static IReadOnlyList<IssuerEnd> Of(Issuers issuers)
    {
        DateTimeOffset root = issuers.Root.Certificate.NotAfter.ToUniversalTime();
        return
        [
            new IssuerEnd("root", root, OfRoot),
            Below("nodes", issuers.Nodes.Validity.NotAfter),
            Below("clients", issuers.Clients.Validity.NotAfter),
            Below("snapshots", issuers.Snapshots.NotAfter.ToUniversalTime()),
        ];

        IssuerEnd Below(string name, DateTimeOffset notAfter) => new(
            name,
            notAfter,
            notAfter >= root ? $"it ends with the root, and {OfRoot}" : $"stop the authority, remove {name}.key from its directory, and start it: it makes a new one");
    }

    /// <summary>What to tell the operator; null while the end is further off than <see cref="Notice"/>.</summary>
    public string? WarningAt(DateTimeOffset now) =>
        NotAfter - now > Notice ? null
        : now > NotAfter ? $"it ended at {NotAfter:u}, and nothing that it signed is accepted any more; {Remedy}"
        : $"it ends at {NotAfter:u}, in {Math.Floor((NotAfter - now).TotalDays)} days; {Remedy}";
}
