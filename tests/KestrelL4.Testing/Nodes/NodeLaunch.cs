namespace KestrelL4.Testing.Nodes;

/// <summary>How a node's process is started.</summary>
public sealed record NodeLaunch
{
    /// <summary>The most file descriptors the process may hold; default: as many as the tests.</summary>
    public int? DescriptorLimit { get; init; }

    /// <summary>What <c>--set</c> sets, each as <c>Key:Sub=value</c>; default nothing.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The directory with one file a key; default none.</summary>
    public string? SecretsDirectory { get; init; }

    /// <summary>Variables beside those of the tests; default none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// A <c>resolv.conf</c> that the process sees in place of the machine's, in a mount namespace of its own; needs root. Default: the machine's.
    /// </summary>
    public string? ResolverFile { get; init; }

    /// <summary>How long the node may take to become ready. Default 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The program and arguments that run the node with this configuration file.</summary>
    internal (string FileName, string[] Arguments) Command(string configurationFile)
    {
        string[] secrets = SecretsDirectory is null ? [] : ["--secrets-directory", SecretsDirectory];
        string[] run = ["run", "--config", configurationFile, .. secrets, .. Settings.SelectMany(setting => new[] { "--set", setting })];
        string limit = DescriptorLimit is int descriptors ? $"ulimit -n {descriptors}; " : "";
        IEnumerable<string> variables = Environment.Select(variable => $"{variable.Key}={variable.Value}");
        if (ResolverFile is { } resolver)
        {
            // The program that comes last keeps the process id of the first.
            return ("unshare", ["--mount", "bash", "-c", $"mount --bind '{resolver}' /etc/resolv.conf && {limit}exec env \"$@\"", "bash", .. variables, NodeExecutable.Path, .. run]);
        }

        return ("bash", ["-c", $"{limit}exec env \"$@\"", "bash", .. variables, NodeExecutable.Path, .. run]);
    }
}
