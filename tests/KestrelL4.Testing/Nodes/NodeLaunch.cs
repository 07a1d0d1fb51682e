using System.Net;

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

    /// <summary>Sockets that the process finds open and named, as a service manager passes them. Default none.</summary>
    public PassedDescriptors? Sockets { get; init; }

    /// <summary>
    /// A directory that is a file system of 256 KiB of its own to the process, empty at its start, in a mount namespace of its own; needs root.
    /// Default none.
    /// </summary>
    public string? SmallDisk { get; init; }

    /// <summary>Whether <see cref="SmallDisk"/> is full when the process starts, by a file called <c>filler</c>. Default false.</summary>
    public bool IsSmallDiskFull { get; init; }

    /// <summary>The control group that the process is in; default that of the tests.</summary>
    public MemoryGroup? MemoryGroup { get; init; }

    /// <summary>
    /// Whether the process runs as the user nobody, without a capability and without a way to gain one; needs root, without which it is no
    /// privileged user's anyway. Default: as the tests.
    /// </summary>
    public bool IsNobody { get; init; }

    /// <summary>What <c>/readyz</c> answers once the node is as the test wants it. Default 200; 503 comes as soon as the node answers at all.</summary>
    public HttpStatusCode Readiness { get; init; } = HttpStatusCode.OK;

    /// <summary>How long the node may take until then. Default 60 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The program and arguments that run the node with this configuration file.</summary>
    internal (string FileName, string[] Arguments) Command(string configurationFile)
    {
        string[] secrets = SecretsDirectory is null ? [] : ["--secrets-directory", SecretsDirectory];
        string[] run = ["run", "--config", configurationFile, .. secrets, .. Settings.SelectMany(setting => new[] { "--set", setting })];
        string limit = Sockets?.Script + (MemoryGroup is null ? "" : $"echo $$ > '{MemoryGroup.Entrance}'; ") + (DescriptorLimit is int descriptors ? $"ulimit -n {descriptors}; " : "");
        IEnumerable<string> variables = Environment.Select(variable => $"{variable.Key}={variable.Value}");
        string mounts = (ResolverFile is null ? "" : $"mount --bind '{ResolverFile}' /etc/resolv.conf && ")
            + (SmallDisk is null ? "" : $"mkdir -p '{SmallDisk}' && mount -t tmpfs -o size=256k,mode=0700 tmpfs '{SmallDisk}' && ")
            + (IsSmallDiskFull ? $"{{ head -c 1M /dev/zero > '{SmallDisk}/filler'; true; }} && " : "");

        string user = IsNobody
            ? $"chown -R 65534:65534 '{Path.GetDirectoryName(configurationFile)}' && exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "
            : "exec ";

        // The program that comes last keeps the process id of the first.
        string[] bash = ["bash", "-c", $"{mounts}{limit}{user}env \"$@\"", "bash", .. variables, NodeExecutable.Path, .. run];
        return mounts.Length > 0 ? ("unshare", ["--mount", .. bash]) : (bash[0], bash[1..]);
    }
}
