using System.Runtime.CompilerServices;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>Where the schema lies, and the other files of the checkout.</summary>
internal static class SchemaFile
{
    public const string Name = "docs/appsettings.schema.json";

    /// <summary>The absolute path of a file of the checkout.</summary>
    public static string PathOf(string name) => Path.GetFullPath(Path.Combine("../../../..", name), Path.GetDirectoryName(ThisFile())!);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
