namespace KestrelL4.Cli.Draining;

/// <summary>What is drained: an application, an upstream of an application, or without either the node.</summary>
/// <param name="Application">The application; null = the node.</param>
/// <param name="Upstream">The upstream; null = the whole application.</param>
internal sealed record DrainTarget(string? Application, string? Upstream)
{
    /// <summary>How it is written.</summary>
    public const string Form = "APP[/UPSTREAM]";

    /// <summary>The whole node.</summary>
    public static DrainTarget Node { get; } = new(null, null);

    /// <summary>The request's query.</summary>
    public string Query => this switch
    {
        { Application: null } => "",
        { Upstream: null } => $"?application={Uri.EscapeDataString(Application)}",
        _ => $"?application={Uri.EscapeDataString(Application)}&upstream={Uri.EscapeDataString(Upstream)}",
    };

    /// <summary>Reads <see cref="Form"/>.</summary>
    public static bool TryParse(string text, out DrainTarget target)
    {
        string[] parts = text.Split('/', 2);
        target = new DrainTarget(parts[0], parts.Length == 2 ? parts[1] : null);
        return !parts.Contains("");
    }

    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { Application: null } => "the node",
        { Upstream: null } => $"application {Application}",
        _ => $"upstream {Upstream} of application {Application}",
    };
}
