using System.Globalization;

namespace KestrelL4.Server.Overload;

/// <summary>Measures the memory of the node, OpenSSL's and the kernel's for its sockets included, which the garbage collector knows nothing of.</summary>
/// <remarks>
/// Pages of files are left out: the kernel takes them back when it needs them. What others in the same container or on the same
/// machine use is left out as well, for closing our connections would not give it back.
/// </remarks>
internal sealed class NodeMemory
{
    private const string Status = "/proc/self/status";
    private const string Machine = "/proc/meminfo";

    private readonly ControlGroup _group = new("/proc/self/cgroup", "/sys/fs/cgroup");
    private readonly long? _machine = OperatingSystem.IsLinux() ? Kibibytes(Machine, "MemTotal:") : null;

    /// <summary>Measures now; null = the system does not tell.</summary>
    /// <param name="maximum">What the node may use by its configuration, in bytes; null = what the system lets it.</param>
    public MemoryReading? Read(long? maximum)
    {
        if (_machine is not { } machine)
        {
            return null;
        }

        long? group = _group.Limit() is { } bound && bound < machine ? bound : null;
        long limit = Math.Min(maximum ?? long.MaxValue, group ?? machine);
        long own = Kibibytes(Status, "RssAnon:") + Kibibytes(Status, "RssShmem:");
        return new MemoryReading(own + (group is null ? 0 : _group.KernelMemory()), limit);
    }

    private static long Kibibytes(string file, string name) =>
        1024 * long.Parse(
            File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture);
}
