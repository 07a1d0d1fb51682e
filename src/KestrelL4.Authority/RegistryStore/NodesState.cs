namespace KestrelL4.Authority.RegistryStore;

/// <summary>The nodes, the join tokens by which they come, and the administrators' list; immutable.</summary>
internal sealed record NodesState : IChangingState
{
    /// <inheritdoc/>
    public required long Change { get; init; }

    /// <summary>The nodes by name, which is compared without case. A copy is kept of what is given.</summary>
    public IReadOnlyDictionary<string, NodeRecord> Nodes
    {
        get;
        init => field = new Dictionary<string, NodeRecord>(value, StringComparer.OrdinalIgnoreCase);
    } = new Dictionary<string, NodeRecord>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The join tokens that still admit somebody, or just have.</summary>
    public IReadOnlyList<TokenRecord> Tokens { get; init; } = [];

    /// <summary>The administrators' list: certificates of our own by id. A file of before there was one holds none.</summary>
    public IReadOnlyDictionary<string, AdministratorRecord> Administrators
    {
        get;
        init => field = value ?? new Dictionary<string, AdministratorRecord>();
    } = new Dictionary<string, AdministratorRecord>();

    /// <summary>The state of a new authority.</summary>
    public static NodesState First() => new() { Change = 1 };

    /// <summary>The same with a node added or replaced.</summary>
    public NodesState With(string name, NodeRecord node) =>
        this with { Nodes = new Dictionary<string, NodeRecord>(Nodes, StringComparer.OrdinalIgnoreCase) { [name] = node } };

    /// <summary>The same with a token in another's place, and without those that admit nobody any more.</summary>
    public NodesState With(TokenRecord token, DateTimeOffset now) => this with
    {
        Tokens = [.. Tokens.Where(other => other.Hash != token.Hash && other.IsOfUse(now)), token],
    };
}
