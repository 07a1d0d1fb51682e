using System.Text.RegularExpressions;

namespace KestrelL4.Tests;

/// <summary>Steps do not know each other; only the handler names them all.</summary>
public sealed partial class RoomsTests
{
    private static readonly string Library = Path.Combine(Checkout.Path, "src", "KestrelL4");

    // Who may name whom. The registry's clients and grants, the client authorities and the causes of a failed handshake are words
    // that others speak; accounting tells of every step; a room that is not listed may name no other.
    private static readonly Dictionary<string, string[]> MayName = new()
    {
        ["Accounting"] = ["RateLimiting", "Tls", "Upstreams"],
        ["Authentication"] = ["Registry", "Tls"],
        ["Authorization"] = ["Registry"],
        ["Forwarding"] = ["OpenSsl", "Sockets", "Tls", "Upstreams"],
        ["OpenSsl"] = ["Sockets"],
        ["RateLimiting"] = ["Registry"],
        ["Registry"] = ["RateLimiting"],
        ["Tls"] = ["Registry"],
        ["Upstreams"] = ["Tls"],
    };

    private static readonly string[] Names =
        [.. Directory.GetDirectories(Library).Select(Path.GetFileName).OfType<string>().Where(static name => name is not ("bin" or "obj"))];

    public static TheoryData<string> Rooms => [.. Names];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_Sources_NameOnlyRoomsTheyMay(string room)
    {
        string[] allowed = MayName.GetValueOrDefault(room, []);

        string[] strangers =
        [
            .. from file in Directory.GetFiles(Path.Combine(Library, room), "*.cs", SearchOption.AllDirectories)
               from Match match in RoomName().Matches(File.ReadAllText(file))
               let named = match.Groups["room"].Value
               where named != room && Names.Contains(named) && !allowed.Contains(named)
               select $"{room}/{Path.GetFileName(file)} names {named}",
        ];

        Assert.Empty(strangers);
    }

    [Theory]
    [InlineData("KestrelL4.Server")]
    [InlineData("Microsoft.Extensions.Configuration")]
    [InlineData("Microsoft.Extensions.Options")]
    [InlineData("Microsoft.Extensions.DependencyInjection")]
    [InlineData("Yarp")]
    public void Library_Sources_DoNotName(string stranger)
    {
        string[] files = [.. Directory.GetFiles(Library, "*.cs", SearchOption.AllDirectories).Where(IsSource)];
        Assert.NotEmpty(files);

        Assert.DoesNotContain(files, file => Regex.IsMatch(File.ReadAllText(file), $@"\b{Regex.Escape(stranger)}\b"));
    }

    [Fact]
    public void Library_Assembly_ReferencesNoneOfTheNodesOrAuthoritys() => Assert.DoesNotContain(
        typeof(Application).Assembly.GetReferencedAssemblies(), static name => name.Name!.StartsWith("KestrelL4", StringComparison.Ordinal));

    // The table of contents and what carries a connection's facts name all rooms; the rooms name the connection, not the handler.
    [Fact]
    public void Rooms_Sources_DoNotNameTheHandler()
    {
        Assert.DoesNotContain(
            Directory.GetFiles(Library, "*.cs", SearchOption.AllDirectories).Where(IsSource).Where(static file => Path.GetDirectoryName(file) != Library),
            static file => File.ReadAllText(file).Contains("ApplicationConnectionHandler", StringComparison.Ordinal));
    }

    private static bool IsSource(string path) =>
        !path[Library.Length..].Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj");

    [GeneratedRegex(@"(?:using |\b)KestrelL4\.(?<room>[A-Z]\w+)|(?<=cref="")(?<room>[A-Z]\w+)(?=\.)")]
    private static partial Regex RoomName();
}
