using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace KestrelL4.Server.Tests.YarpBinding;

/// <summary>YARP is known in one room, so that it could be replaced there.</summary>
public sealed partial class RoomTests
{
    private static readonly string Sources = Path.GetFullPath("../../../src", Path.GetDirectoryName(SourceFile())!);

    [Fact]
    public void Yarp_IsUsedInItsRoomAlone()
    {
        string[] rooms =
        [
            .. Directory.GetFiles(Sources, "*.cs", SearchOption.AllDirectories)
                .Where(static file => UsesYarp().IsMatch(File.ReadAllText(file)))
                .Select(static file => Path.GetRelativePath(Sources, Path.GetDirectoryName(file)!))
                .Distinct(),
        ];

        Assert.Equal(["KestrelL4.Server/YarpBinding"], rooms);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"\busing (static )?Yarp\b|\bglobal::Yarp\b|\bYarp\.ReverseProxy\.")]
    private static partial Regex UsesYarp();
}
