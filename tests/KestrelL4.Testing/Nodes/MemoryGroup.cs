using System.Globalization;
using Xunit;

namespace KestrelL4.Testing.Nodes;

/// <summary>A control group of the kernel that bounds the memory of the processes in it, as a container's does; gone with the test.</summary>
public sealed class MemoryGroup : IAsyncDisposable
{
    private const string Mount = "/sys/fs/cgroup/memory";

    private const string LimitFile = "memory.limit_in_bytes";

    private readonly string _path = Path.Combine(Mount, $"kestrell4-{Guid.NewGuid():N}");

    /// <summary>Makes an empty group without a limit.</summary>
    public MemoryGroup() => Directory.CreateDirectory(_path);

    /// <summary>Why no group can be made here; null = one can.</summary>
    public static string? Lack =>
        !File.Exists(Path.Combine(Mount, LimitFile)) ? "no memory control group of version 1 is mounted"
        : Environment.UserName != "root" ? "only root makes control groups"
        : null;

    /// <summary>The most memory of its processes in bytes, files that they read included, which the kernel takes back first.</summary>
    public long Limit
    {
        get => Read(LimitFile);
        set => File.WriteAllText(Path.Combine(_path, LimitFile), value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What its processes use now, in bytes.</summary>
    public long Usage => Read("memory.usage_in_bytes");

    /// <summary>How often the kernel has killed one of them for want of memory.</summary>
    public long Kills => long.Parse(
        File.ReadLines(Path.Combine(_path, "memory.oom_control")).First(static line => line.StartsWith("oom_kill ", StringComparison.Ordinal))["oom_kill ".Length..],
        CultureInfo.InvariantCulture);

    /// <summary>The file that takes a process in.</summary>
    internal string Entrance => Path.Combine(_path, "cgroup.procs");

    /// <summary>Removes the group, as soon as the last of its processes is quite gone.</summary>
    public async ValueTask DisposeAsync() => await Eventually.UntilAsync(TryRemove, "the group is empty");

    private bool TryRemove()
    {
        try
        {
            Directory.Delete(_path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private long Read(string file) => long.Parse(File.ReadAllText(Path.Combine(_path, file)).Trim(), CultureInfo.InvariantCulture);
}

/// <summary>A test that runs a node in a control group of its own; skipped, with the reason, where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresMemoryGroupFactAttribute : FactAttribute
{
    /// <summary>Looks whether one can be made.</summary>
    public RequiresMemoryGroupFactAttribute() => Skip = MemoryGroup.Lack;
}
