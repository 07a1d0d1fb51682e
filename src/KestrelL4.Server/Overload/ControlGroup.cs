using System.Globalization;

namespace KestrelL4.Server.Overload;

/// <summary>The control group that bounds the memory of this process, of version 1 or 2: what a container or a unit is to its kernel.</summary>
/// <param name="membership">The file that tells the groups of the process: <c>/proc/self/cgroup</c>.</param>
/// <param name="mount">Where the groups are mounted: <c>/sys/fs/cgroup</c>.</param>
internal sealed class ControlGroup(string membership, string mount)
{
    private static readonly string[] KernelParts = ["sock", "slab_unreclaimable", "kernel_stack", "pagetables", "percpu", "vmalloc"];
    private static readonly string[] FirstLimits = ["memory.limit_in_bytes"];

    // Beyond the second the kernel kills nobody, but it holds up whoever asks for memory, which is no better for connections.
    private static readonly string[] SecondLimits = ["memory.max", "memory.high"];

    /// <summary>The least that the group or one above it allows, in bytes; null = there is no such bound.</summary>
    public long? Limit()
    {
        // Where a container sees its own group alone, the path of it is one of the host and leads nowhere: its root is the group then.
        (string root, string path, string[] files) = Place();
        long? least = null;
        for (string group = root + path; group.Length >= root.Length; group = Path.GetDirectoryName(group)!)
        {
            long? own = files.Select(file => Number(Path.Combine(group, file))).Min();
            least = own < (least ?? long.MaxValue) ? own : least;
        }

        return least;
    }

    /// <summary>
    /// What the kernel holds for the group that it can take from nobody: buffers of sockets, the sockets, its part of threads and tables of pages; in
    /// bytes, 0 where it does not tell.
    /// </summary>
    public long KernelMemory()
    {
        (string root, string path, _) = Place();
        string group = Directory.Exists(root + path) ? root + path : root;
        string statistics = Path.Combine(group, "memory.stat");
        long? first = Number(Path.Combine(group, "memory.kmem.usage_in_bytes")) + (Number(Path.Combine(group, "memory.kmem.tcp.usage_in_bytes")) ?? 0);
        return first ?? (File.Exists(statistics)
            ? File.ReadLines(statistics)
                .Select(static line => line.Split(' '))
                .Where(static parts => parts.Length == 2 && KernelParts.Contains(parts[0]))
                .Sum(static parts => long.Parse(parts[1], CultureInfo.InvariantCulture))
            : 0);
    }

    // "4:memory:/path" of version 1, "0::/path" of version 2; on a machine with both, memory belongs to one of them.
    private (string Root, string Path, string[] Limits) Place()
    {
        string[][] groups = File.Exists(membership) ? [.. File.ReadLines(membership).Select(static line => line.Split(':', 3))] : [];
        if (Array.Find(groups, static parts => parts.Length == 3 && parts[1].Split(',').Contains("memory")) is { } first)
        {
            return (Path.Combine(mount, "memory"), first[2].TrimEnd('/'), FirstLimits);
        }

        string[]? second = Array.Find(groups, static parts => parts.Length == 3 && parts[0] == "0");
        return (mount, second?[2].TrimEnd('/') ?? "", SecondLimits);
    }

    // "max" is no number, and no limit; what cannot be read for want of a descriptor is none of these, and the caller's to bear.
    private static long? Number(string file)
    {
        try
        {
            return File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
