namespace KestrelL4.Testing.Nodes;

/// <summary>How a node's process is started.</summary>
public sealed record NodeLaunch
{
    /// <summary>The most file descriptors the process may hold; default: as many as the tests.</summary>
    public int? DescriptorLimit { get; init; }

    /// <summary>What <c>--set</c> sets, each as <c>Key:Sub=value</c>; default nothing.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>How long the node may take to become ready. Default 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The program and arguments that run the node with this configuration file.</summary>
    internal (string FileName, string[] Arguments) Command(string configurationFile)
    {
        string[] run = ["run", "--config", configurationFile, .. Settings.SelectMany(setting => new[] { "--set", setting })];
        return DescriptorLimit is int limit
            ? ("bash", ["-c", $"ulimit -n {limit}; exec \"$@\"", "bash", NodeExecutable.Path, .. run])
            : (NodeExecutable.Path, run);
    }
}
