using System.Reflection;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The CA's keys live in one assembly and the traffic in another, which do not know each other.</summary>
public sealed class AssemblyTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["KestrelL4"] = [],
        ["KestrelL4.Protocol"] = [],
        ["KestrelL4.Authority"] = ["KestrelL4.Protocol"],
        ["KestrelL4.Server"] = ["KestrelL4", "KestrelL4.Protocol"],
    };

    public static TheoryData<string> Names => [.. MayReference.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Assembly_References_OnlyThoseItMay(string name) => Assert.Subset(
        MayReference[name].ToHashSet(),
        Assembly.Load(name).GetReferencedAssemblies()
            .Select(static reference => reference.Name!)
            .Where(static reference => reference.StartsWith("KestrelL4", StringComparison.Ordinal))
            .ToHashSet());
}
