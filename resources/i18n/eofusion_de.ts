<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>EOFusion</name>
    <message>
      <extracomment>eofusion_plugin/credentials.py</extracomment>
      <source>The chosen credentials cannot be opened.</source>
      <translation>Die gewählten Zugangsdaten lassen sich nicht öffnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/credentials.py</extracomment>
      <source>Unlock QGIS' authentication database, or choose the credentials again.</source>
      <translation>Die Authentifizierungsdatenbank von QGIS entsperren oder die Zugangsdaten neu wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/credentials.py</extracomment>
      <source>Store user name and password (or access key and secret key) as 'Basic authentication'.</source>
      <translation>Benutzername und Passwort (oder Zugangsschlüssel und geheimer Schlüssel) als „Basic authentication“ speichern.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/credentials.py</extracomment>
      <source>Credentials of the kind '{method}' cannot be used here.</source>
      <translation>Zugangsdaten der Art „{method}“ können hier nicht verwendet werden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/builder.py</extracomment>
      <source>Free some space, or choose another folder for EO Fusion's data in the options.</source>
      <translation>Platz schaffen oder in den Optionen einen anderen Ordner für die Daten von EO Fusion wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/client.py, eofusion_plugin/engine/session.py</extracomment>
      <source>Open 'Set up the engine' and press Check.</source>
      <translation>„Engine einrichten“ öffnen und auf Prüfen drücken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>There is no Python from 3.11 to 3.14 to build the engine's environment from.</source>
      <translation>Es gibt kein Python von 3.11 bis 3.14, aus dem die Umgebung der Engine gebaut werden könnte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>That folder is not an environment of EO Fusion.</source>
      <translation>Dieser Ordner ist keine Umgebung von EO Fusion.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>Nothing was removed.</source>
      <translation>Nichts wurde entfernt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py, eofusion_plugin/engine/recipes.py</extracomment>
      <source>The plugin's folder lacks the engine.</source>
      <translation>Im Ordner der Erweiterung fehlt die Engine.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py, eofusion_plugin/engine/recipes.py</extracomment>
      <source>Install EO Fusion again.</source>
      <translation>EO Fusion neu installieren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>A file of the environment is in use or not yours to delete.</source>
      <translation>Eine Datei der Umgebung ist in Gebrauch oder darf nicht gelöscht werden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>Close other QGIS windows and try again.</source>
      <translation>Andere QGIS-Fenster schließen und noch einmal versuchen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/environment.py</extracomment>
      <source>Choose another one in 'Set up the engine'.</source>
      <translation>In „Engine einrichten“ ein anderes wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Setting up the engine failed.</source>
      <translation>Das Einrichten der Engine ist gescheitert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>The log has the details: press 'Copy report' to pass it on.</source>
      <translation>Einzelheiten stehen im Protokoll: „Bericht kopieren“ drücken, um sie weiterzugeben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>The disk is full.</source>
      <translation>Die Festplatte ist voll.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Free about 3 GB, or choose another folder for EO Fusion's data in the options, and try again.</source>
      <translation>Etwa 3 GB frei machen oder in den Optionen einen anderen Ordner für die Daten von EO Fusion wählen und noch einmal versuchen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>A library that came is not the one that this version of EO Fusion was made with. It was not installed.</source>
      <translation>Eine der geholten Bibliotheken ist nicht die, mit der diese Version von EO Fusion gemacht wurde. Sie wurde nicht installiert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Try again. If it happens again, the package index or the folder of wheels holds other files: tell its administrator, or use a Python of your own that has the libraries of engine/requirements.txt.</source>
      <translation>Versuchen Sie es noch einmal. Geschieht es wieder, so liegen im Paketverzeichnis oder im Ordner mit Wheels andere Dateien: Sagen Sie es der Verwaltung, oder verwenden Sie ein eigenes Python mit den Bibliotheken aus engine/requirements.txt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>The secure connection to the package index was refused.</source>
      <translation>Die sichere Verbindung zum Paketverzeichnis wurde abgelehnt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Often a company's proxy: ask your administrator for its certificate, or install from a folder of wheels.</source>
      <translation>Oft der Proxy einer Firma: die Verwaltung nach dessen Zertifikat fragen oder aus einem Ordner mit Wheels installieren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>The package index cannot be reached.</source>
      <translation>Das Paketverzeichnis ist nicht zu erreichen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Check the network and the proxy, name another index, or install from a folder of wheels.</source>
      <translation>Netz und Proxy prüfen, ein anderes Verzeichnis nennen oder aus einem Ordner mit Wheels installieren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>This computer's rules do not allow the engine's Python to run.</source>
      <translation>Die Regeln dieses Computers erlauben nicht, das Python der Engine auszuführen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Ask your administrator to allow it, or name an existing Python.</source>
      <translation>Die Verwaltung bitten, es zu erlauben, oder ein vorhandenes Python nennen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>This Python lacks its 'venv' module.</source>
      <translation>Diesem Python fehlt das Modul „venv“.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>On Debian and Ubuntu install the package python3-venv; elsewhere choose another Python.</source>
      <translation>Auf Debian und Ubuntu das Paket python3-venv installieren; sonst ein anderes Python wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>A needed package does not exist for this Python or this system.</source>
      <translation>Ein nötiges Paket gibt es für dieses Python oder dieses System nicht.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Choose a Python from 3.11 to 3.14 of a 64-bit system. There is no PyTorch for Macs with Intel processors.</source>
      <translation>Ein Python von 3.11 bis 3.14 eines 64-Bit-Systems wählen. Für Macs mit Intel-Prozessor gibt es kein PyTorch.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>The environment's folder has too long a name.</source>
      <translation>Der Name des Ordners der Umgebung ist zu lang.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Choose a folder with a shorter path for EO Fusion's data in the options.</source>
      <translation>In den Optionen einen Ordner mit kürzerem Pfad für die Daten von EO Fusion wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>A file is in use by another program, or its folder is not yours to write to.</source>
      <translation>Eine Datei ist von einem anderen Programm in Gebrauch, oder in ihren Ordner darf nicht geschrieben werden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/failures.py</extracomment>
      <source>Close other QGIS windows and try again, or choose another folder for EO Fusion's data in the options.</source>
      <translation>Andere QGIS-Fenster schließen und noch einmal versuchen, oder in den Optionen einen anderen Ordner für die Daten von EO Fusion wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/recipes.py</extracomment>
      <source>Making the environment</source>
      <translation>Die Umgebung wird angelegt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/recipes.py</extracomment>
      <source>Installing the engine's libraries</source>
      <translation>Die Bibliotheken der Engine werden installiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/recipes.py</extracomment>
      <source>engine/requirements.txt does not pin torch.</source>
      <translation>engine/requirements.txt legt die Version von torch nicht fest.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/recipes.py, eofusion_plugin/gui/setup_checks.py</extracomment>
      <source>Choose the folder that holds the wheels.</source>
      <translation>Den Ordner wählen, in dem die Wheels liegen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/recipes.py</extracomment>
      <source>Installing CUDA for PyTorch</source>
      <translation>CUDA für PyTorch wird installiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/session.py</extracomment>
      <source>The engine did not answer.</source>
      <translation>Die Engine hat nicht geantwortet.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/task.py, eofusion_plugin/explore/geometry.py, eofusion_plugin/layers/region.py, eofusion_plugin/processing/export_work.py</extracomment>
      <source>This was cancelled.</source>
      <translation>Dies wurde abgebrochen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/engine/task.py</extracomment>
      <source>The log panel has the details.</source>
      <translation>Einzelheiten stehen im Protokollfenster.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/answer.py, eofusion_plugin/run_folder.py</extracomment>
      <source>Update EO Fusion.</source>
      <translation>EO Fusion aktualisieren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/answer.py</extracomment>
      <source>Ask again with the same settings.</source>
      <translation>Mit denselben Einstellungen noch einmal fragen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/asks.py</extracomment>
      <source>{what} is missing.</source>
      <translation>Es fehlt: {what}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>The layer has no points.</source>
      <translation>Der Layer hat keine Punkte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>The layer has no polygons.</source>
      <translation>Der Layer hat keine Polygone.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>Choose another layer, or select some.</source>
      <translation>Einen anderen Layer oder einige Objekte wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>Select some, or filter it.</source>
      <translation>Einige auswählen oder den Layer filtern.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>The layer has no points or polygons.</source>
      <translation>Der Layer hat weder Punkte noch Polygone.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>A place lies beyond the world as its projection knows it.</source>
      <translation>Ein Ort liegt außerhalb der Welt, wie seine Projektion sie kennt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>Check the layer's projection.</source>
      <translation>Die Projektion des Layers prüfen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/geometry.py</extracomment>
      <source>The layer has more than {n} features.</source>
      <translation>Der Layer hat mehr als {n} Objekte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py, eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/product_algorithms.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Embeddings</source>
      <translation>Embeddings</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py, eofusion_plugin/explore/tools_effect.py, eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_sidecar.py, eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Dates</source>
      <translation>Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Embeddings of these dates are read; without a choice up to twelve, evenly spread over the run.</source>
      <translation>Embeddings dieser Tage werden gelesen; ohne Auswahl bis zu zwölf, gleichmäßig über den Lauf verteilt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Similar places</source>
      <translation>Ähnliche Orte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Pick one or more pixels, or a polygon: the map shows how much every other pixel resembles them over the whole season, from 0 (nothing in common) to 1 (the same).</source>
      <translation>Ein oder mehrere Pixel oder ein Polygon wählen: Die Karte zeigt, wie sehr jedes andere Pixel ihnen über die ganze Saison gleicht, von 0 (nichts gemeinsam) bis 1 (dasselbe).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Alike means alike to the satellites: two crops with one calendar may look the same.</source>
      <translation>Ähnlich heißt ähnlich für die Satelliten: Zwei Feldfrüchte mit demselben Kalender können gleich aussehen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Clusters</source>
      <translation>Cluster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Groups the pixels into kinds of land that behave alike over the season, without any training, and shows the mean seasonal course of each kind.</source>
      <translation>Ordnet die Pixel ohne jedes Training in Arten von Land, die sich über die Saison gleich verhalten, und zeigt den mittleren Jahresgang jeder Art.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>A cluster is no land-cover class: name it only after looking at what lies in it.</source>
      <translation>Ein Cluster ist keine Landbedeckungsklasse: erst benennen, wenn klar ist, was darin liegt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py, eofusion_plugin/layers/group.py</extracomment>
      <source>Embeddings as colours</source>
      <translation>Embeddings als Farben</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>The three main directions of the embeddings as red, green and blue: similar colours, similar land. Colours are made to stay the same across tiles, dates and the runs named.</source>
      <translation>Die drei Hauptrichtungen der Embeddings als Rot, Grün und Blau: ähnliche Farben, ähnliches Land. Die Farben bleiben über Kacheln, Tage und die genannten Läufe hinweg gleich.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Colours can be compared within this answer, and with others that use its basis.json.</source>
      <translation>Farben lassen sich innerhalb dieser Antwort vergleichen und mit anderen, die ihre basis.json verwenden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Classify from my samples</source>
      <translation>Aus eigenen Proben klassifizieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Learns from your points or polygons: classes from a text or whole-number field, or a measured quantity from a number field. Its quality is judged on blocks of land that it was not trained on.</source>
      <translation>Lernt aus eigenen Punkten oder Polygonen: Klassen aus einem Text- oder Ganzzahlfeld, oder eine gemessene Größe aus einem Zahlenfeld. Die Güte wird an Landblöcken beurteilt, mit denen nicht trainiert wurde.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>The score holds for land like that of the samples. Few or clustered samples give a vague score.</source>
      <translation>Die Güte gilt für Land wie das der Proben. Wenige oder geballte Proben geben eine vage Güte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Apply a saved model</source>
      <translation>Gespeichertes Modell anwenden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Maps this run with a model that 'Classify from my samples' has saved from this or another run.</source>
      <translation>Kartiert diesen Lauf mit einem Modell, das „Aus eigenen Proben klassifizieren“ aus diesem oder einem anderen Lauf gespeichert hat.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Other years and regions are fair only where the land looks as it did in training.</source>
      <translation>Andere Jahre und Gegenden sind nur dort angemessen, wo das Land aussieht wie beim Training.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Change between dates</source>
      <translation>Änderung zwischen Tagen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>How far the embedding of each pixel moved between two dates or two years, in units of the noise that unchanged land shows: up to 3 it may be chance.</source>
      <translation>Wie weit sich das Embedding jedes Pixels zwischen zwei Tagen oder zwei Jahren bewegt hat, in Einheiten des Rauschens unveränderten Landes: Bis 3 kann es Zufall sein.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Between seasons everything changes: compare the same time of two years to see lasting change.</source>
      <translation>Zwischen Jahreszeiten ändert sich alles: für bleibende Änderung dieselbe Zeit zweier Jahre vergleichen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Break dates</source>
      <translation>Tage eines Bruchs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>For each pixel the date on which its series left its usual course, such as a felling or a mowing.</source>
      <translation>Für jedes Pixel der Tag, an dem seine Reihe den gewohnten Gang verließ, etwa durch Fällung oder Mahd.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>A date can be told no finer than the clear views around it.</source>
      <translation>Ein Tag lässt sich nicht genauer angeben als die wolkenfreien Aufnahmen darum herum.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Places to look for</source>
      <translation>Gesuchte Orte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Click pixels, draw a polygon, or take selected features.</source>
      <translation>Pixel anklicken, ein Polygon zeichnen oder gewählte Objekte nehmen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Places lie in</source>
      <translation>Die Orte liegen in</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Another run than the one above, when the places lie in another area or another year.</source>
      <translation>Ein anderer Lauf als der obige, wenn die Orte in einem anderen Gebiet oder Jahr liegen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Several places</source>
      <translation>Mehrere Orte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Best matches</source>
      <translation>Beste Treffer</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>The best so many places as points, at most one in 160 m.</source>
      <translation>So viele beste Orte als Punkte, höchstens einer je 160 m.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Number of clusters</source>
      <translation>Zahl der Cluster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>From 2 to 40; without a number the engine tries several and suggests one.</source>
      <translation>Von 2 bis 40; ohne Zahl probiert die Engine mehrere und schlägt eine vor.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py, eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Also for</source>
      <translation>Auch für</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Other runs that get the same colours.</source>
      <translation>Andere Läufe, die dieselben Farben bekommen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Colours of</source>
      <translation>Farben von</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>The file basis.json of an earlier answer: the same colours again.</source>
      <translation>Die Datei basis.json einer früheren Antwort: wieder dieselben Farben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Points or polygons</source>
      <translation>Punkte oder Polygone</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>A layer with what is known on the ground, any projection.</source>
      <translation>Ein Layer mit dem, was am Boden bekannt ist, in beliebiger Projektion.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Learn</source>
      <translation>Zu lernen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Text, or few different whole numbers, are taken for classes.</source>
      <translation>Text oder wenige verschiedene ganze Zahlen gelten als Klassen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Method</source>
      <translation>Verfahren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Linear needs the fewest samples; the forest follows odd shapes when there are hundreds.</source>
      <translation>Linear braucht die wenigsten Proben; der Wald folgt krummen Grenzen, wenn es Hunderte gibt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Side of the blocks</source>
      <translation>Seite der Blöcke</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Samples of one block are held back together, so that neighbours do not judge each other.</source>
      <translation>Proben eines Blocks werden zusammen zurückgehalten, damit Nachbarn nicht einander beurteilen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>The file model.safetensors in the folder of the answer that learned it.</source>
      <translation>Die Datei model.safetensors im Ordner der Antwort, die es gelernt hat.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Compare</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Before</source>
      <translation>Vorher</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>One or more dates.</source>
      <translation>Ein oder mehrere Tage.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>After lies in</source>
      <translation>Nachher liegt in</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Another run of the same place, such as another year.</source>
      <translation>Ein anderer Lauf desselben Ortes, etwa ein anderes Jahr.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>After</source>
      <translation>Nachher</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>All dates that both years have in the same season.</source>
      <translation>Alle Tage, die beide Jahre in derselben Jahreszeit haben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Series of</source>
      <translation>Reihe von</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Counts from</source>
      <translation>Zählt ab</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>A step counts from so many units of noise on: higher finds less, and less by chance.</source>
      <translation>Ein Sprung zählt ab so vielen Einheiten des Rauschens: höher findet weniger, und weniger durch Zufall.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Kinds of land</source>
      <translation>Arten von Land</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Each kind has a usual course of its own.</source>
      <translation>Jede Art hat ihren eigenen gewohnten Gang.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>suggested</source>
      <translation>vorgeschlagen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Colour bases (*.json)</source>
      <translation>Farbbasen (*.json)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>a tenth of the samples' extent</source>
      <translation>ein Zehntel der Ausdehnung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Models (*.safetensors)</source>
      <translation>Modelle (*.safetensors)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>like their mean</source>
      <translation>wie ihr Mittel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>like the nearest of them</source>
      <translation>wie der ähnlichste</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>Field</source>
      <translation>Feld</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>as the field is</source>
      <translation>je nach Feld</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>a number</source>
      <translation>eine Zahl</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>linear</source>
      <translation>linear</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>nearest neighbours</source>
      <translation>nächste Nachbarn</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>random forest</source>
      <translation>Random Forest</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>dates</source>
      <translation>Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>years of a long run</source>
      <translation>Jahre eines langen Laufs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>NDVI as observed</source>
      <translation>NDVI wie beobachtet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools.py</extracomment>
      <source>embeddings</source>
      <translation>Embeddings</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>What if</source>
      <translation>Was wäre wenn</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Counterfactual</source>
      <translation>Kontrafaktisch</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Changes what the satellites saw inside a polygon and runs the model again: the difference in temperature, GPP and NDVI is what the model makes of that change. Where nothing changed within reach the difference is exactly zero.</source>
      <translation>Ändert, was die Satelliten in einem Polygon sahen, und rechnet das Modell neu: Der Unterschied in Temperatur, GPP und NDVI ist, was das Modell aus dieser Änderung macht. Wo sich in Reichweite nichts änderte, ist der Unterschied genau null.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>An answer of the model, not of the land: it knows no feedback that the images do not show.</source>
      <translation>Eine Antwort des Modells, nicht des Landes: Es kennt keine Rückwirkung, die die Bilder nicht zeigen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Sensitivity</source>
      <translation>Empfindlichkeit</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Which inputs the model's expected temperature and GPP hang on: radar, each optical band, each date, place and season; by gradients and by taking inputs away, and how far the two agree.</source>
      <translation>Woran Temperatur und GPP des Modells hängen: Radar, jedes optische Band, jeder Tag, Ort und Jahreszeit; nach Gradienten und durch Weglassen, und wie weit beide übereinstimmen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>It says what the model uses, not what drives nature.</source>
      <translation>Es sagt, was das Modell benutzt, nicht, was die Natur antreibt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Where</source>
      <translation>Wo</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Draw the polygon, or take selected polygons.</source>
      <translation>Das Polygon zeichnen oder gewählte Polygone nehmen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Cover taken from</source>
      <translation>Bedeckung von</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>A polygon of this run with the other cover.</source>
      <translation>Ein Polygon dieses Laufs mit der anderen Bedeckung.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>How much</source>
      <translation>Wie viel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Share of the pixel, or of the plants' water: 1 is all.</source>
      <translation>Anteil des Pixels oder des Wassers der Pflanzen: 1 ist alles.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py, eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>From</source>
      <translation>Aus</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>To</source>
      <translation>Bis</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Draws</source>
      <translation>Ziehungen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>More draws, smoother intervals, more time.</source>
      <translation>Mehr Ziehungen, glattere Intervalle, mehr Zeit.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Draw a polygon; without one the whole run is asked.</source>
      <translation>Ein Polygon zeichnen; ohne eines wird der ganze Lauf gefragt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Of what</source>
      <translation>Wovon</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Of the expected GPP; without a choice three of them.</source>
      <translation>Der erwarteten GPP; ohne Auswahl drei davon.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Windows</source>
      <translation>Fenster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Windows of 320 m on which inputs are taken away one by one: more take longer.</source>
      <translation>Fenster von 320 m, in denen Eingaben einzeln weggelassen werden: mehr dauern länger.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>Cells</source>
      <translation>Zellen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>At most so many cells of 160 m are weighed for the temperature.</source>
      <translation>Höchstens so viele Zellen von 160 m werden für die Temperatur gewogen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>it had another cover</source>
      <translation>es andere Bedeckung hätte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>its plants were gone</source>
      <translation>die Pflanzen weg wären</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>it lay under snow</source>
      <translation>es unter Schnee läge</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>it was drier</source>
      <translation>es trockener wäre</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>it was wetter</source>
      <translation>es feuchter wäre</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>there was no radar</source>
      <translation>es kein Radar gäbe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py</extracomment>
      <source>there was no optical image</source>
      <translation>es kein optisches Bild gäbe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py, eofusion_plugin/explore/tools_field.py, eofusion_plugin/gui/plot_curves.py, eofusion_plugin/gui/run_form.py, eofusion_plugin/layers/group.py, eofusion_plugin/layers/variables.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>GPP</source>
      <translation>GPP</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py, eofusion_plugin/explore/tools_field.py</extracomment>
      <source>temperature</source>
      <translation>Temperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_effect.py, eofusion_plugin/gui/scene_table.py</extracomment>
      <source>both</source>
      <translation>beide</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>With my data</source>
      <translation>Mit eigenen Daten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Compare with my data</source>
      <translation>Mit eigenen Daten vergleichen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Samples a raster or points of yours (station temperatures, another GPP product, land-surface temperature) and sets them against a layer of the run: scatter, R², RMSE and bias.</source>
      <translation>Liest ein eigenes Raster oder eigene Punkte (Stationstemperaturen, ein anderes GPP-Produkt, Oberflächentemperatur) und stellt sie einem Layer des Laufs gegenüber: Streuung, R², RMSE und Abweichung.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>A pixel of 10 m and a station or a coarse pixel do not see the same ground.</source>
      <translation>Ein Pixel von 10 m und eine Station oder ein grobes Pixel sehen nicht denselben Boden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Check against my flux tower</source>
      <translation>An eigenem Flussturm prüfen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Reads a FLUXNET, ICOS or AmeriFlux file (daily or half-hourly) and shows predicted against measured GPP: scatter, series, residuals by season, R², RMSE and bias, beside simple baselines.</source>
      <translation>Liest eine Datei von FLUXNET, ICOS oder AmeriFlux (täglich oder halbstündlich) und zeigt berechnete gegen gemessene GPP: Streuung, Reihe, Reste nach Jahreszeit, R², RMSE und Abweichung, neben einfachen Vergleichsmodellen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>One tower tells of its own footprint; eddy covariance itself is uncertain by 10 to 20 %.</source>
      <translation>Ein Turm erzählt von seinem eigenen Einzugsgebiet; Eddy-Kovarianz selbst ist um 10 bis 20 % unsicher.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>GPP budgets of polygons</source>
      <translation>GPP-Bilanzen von Polygonen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>GPP over the run's period of each polygon, in g C m⁻² and in t C, with a 10 to 90 % interval. Pixels count by the share of them that lies inside.</source>
      <translation>GPP jedes Polygons über die Zeit des Laufs, in g C m⁻² und in t C, mit einem Intervall von 10 bis 90 %. Pixel zählen mit dem Anteil, der darin liegt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>A part of the error is common to all pixels and does not average out; the interval holds that.</source>
      <translation>Ein Teil des Fehlers ist allen Pixeln gemeinsam und mittelt sich nicht heraus; das Intervall enthält ihn.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Mean annual cycles</source>
      <translation>Mittlere Jahresgänge</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>The mean course of GPP over the year for each kind of cover that the run tells apart.</source>
      <translation>Der mittlere Gang der GPP über das Jahr für jede Art von Bedeckung, die der Lauf unterscheidet.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Our layer</source>
      <translation>Unser Layer</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>My data</source>
      <translation>Eigene Daten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Points</source>
      <translation>Punkte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Raster</source>
      <translation>Raster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Band</source>
      <translation>Band</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Date</source>
      <translation>Datum</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Of your data, where no field has it. Without any date the mean of all dates is compared.</source>
      <translation>Der eigenen Daten, wo kein Feld ihn nennt. Ganz ohne Tag wird das Mittel aller Tage verglichen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Days apart</source>
      <translation>Tage Abstand</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Our date nearest to yours counts when it is at most so many days away.</source>
      <translation>Unser nächster Tag zählt, wenn er höchstens so viele Tage entfernt liegt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/layers/explore.py</extracomment>
      <source>Classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>A raster of classes, such as the clusters of an earlier answer: figures for each class.</source>
      <translation>Ein Raster von Klassen, etwa die Cluster einer früheren Antwort: Zahlen für jede Klasse.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Tower file</source>
      <translation>Turmdatei</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Position</source>
      <translation>Position</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Longitude and latitude, or click on the map. Towers of FLUXNET2015 are known by their id.</source>
      <translation>Länge und Breite, oder auf die Karte klicken. Türme von FLUXNET2015 sind über ihre Kennung bekannt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Runs of the same place in other years: calibration needs several.</source>
      <translation>Läufe desselben Ortes in anderen Jahren: Die Kalibrierung braucht mehrere.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Footprint</source>
      <translation>Einzugsgebiet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Radius</source>
      <translation>Radius</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Footprint polygon</source>
      <translation>Polygon des Einzugsgebiets</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Calibrate to this tower</source>
      <translation>An diesem Turm kalibrieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Fits a few core parameters, judged by leaving years out, and saves them for other runs.</source>
      <translation>Passt wenige Kernparameter an, beurteilt durch Weglassen von Jahren, und speichert sie für andere Läufe.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Partitioning</source>
      <translation>Partitionierung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>How the tower's GPP was told from its net flux.</source>
      <translation>Wie die GPP des Turms aus seinem Nettofluss gewonnen wurde.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Polygons</source>
      <translation>Polygone</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Kinds of cover</source>
      <translation>Arten von Bedeckung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Tables (*.csv *.txt);;All files (*)</source>
      <translation>Tabellen (*.csv *.txt);;Alle Dateien (*)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/layers/group.py, eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>GPP sum</source>
      <translation>GPP-Summe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py, eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>NDVI</source>
      <translation>NDVI</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>points</source>
      <translation>Punkte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>a raster</source>
      <translation>ein Raster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Field of the values</source>
      <translation>Feld der Werte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Field of the dates</source>
      <translation>Feld der Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Field of the classes</source>
      <translation>Feld der Klassen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>the tower's pixel</source>
      <translation>das Pixel des Turms</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>a circle</source>
      <translation>ein Kreis</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>a polygon</source>
      <translation>ein Polygon</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>night-time</source>
      <translation>nächtlich</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>daytime</source>
      <translation>täglich</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>mean of both</source>
      <translation>Mittel beider</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/explore/tools_field.py</extracomment>
      <source>Names</source>
      <translation>Namen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>{layer}, one polygon</source>
      <translation>{layer}, ein Polygon</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>{layer}, {n} polygons</source>
      <translation>{layer}, {n} Polygone</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>There is no polygon to take.</source>
      <translation>Es gibt kein Polygon, das sich nehmen ließe.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Select polygons in a vector layer first.</source>
      <translation>Zuerst Polygone in einem Vektorlayer auswählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>No layer is chosen.</source>
      <translation>Es ist kein Layer gewählt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Click a layer in the Layers panel first.</source>
      <translation>Zuerst einen Layer im Layerfenster anklicken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Select fewer, or dissolve the layer first.</source>
      <translation>Weniger auswählen oder den Layer zuerst zusammenfassen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Select some on the map first.</source>
      <translation>Zuerst welche auf der Karte auswählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>This area reaches beyond the world as this map's projection knows it.</source>
      <translation>Dieses Gebiet reicht über die Welt hinaus, wie die Projektion der Karte sie kennt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Draw a smaller one.</source>
      <translation>Ein kleineres zeichnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>These are more than {n} polygons.</source>
      <translation>Das sind mehr als {n} Polygone.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>No polygon is selected in {layer}.</source>
      <translation>In {layer} ist kein Polygon ausgewählt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>Extent of {layer}</source>
      <translation>Ausdehnung von {layer}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_geometry.py</extracomment>
      <source>{layer} has no extent on the map.</source>
      <translation>{layer} hat keine Ausdehnung auf der Karte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Area</source>
      <translation>Gebiet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Draw</source>
      <translation>Zeichnen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Draw a rectangle on the map</source>
      <translation>Ein Rechteck auf der Karte zeichnen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Polygon</source>
      <translation>Polygon</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Click the corners on the map; a right click ends, Backspace takes one back</source>
      <translation>Die Ecken auf der Karte anklicken; ein Rechtsklick beendet, die Rücktaste nimmt eine zurück</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Take what the map shows now</source>
      <translation>Nehmen, was die Karte gerade zeigt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Layer</source>
      <translation>Layer</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Take the polygons or the extent of a layer</source>
      <translation>Die Polygone oder die Ausdehnung eines Layers nehmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Selected features of the active layer</source>
      <translation>Ausgewählte Objekte des aktiven Layers</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/explore_places.py</extracomment>
      <source>All of the active layer</source>
      <translation>Den ganzen aktiven Layer</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py, eofusion_plugin/gui/run_form.py, eofusion_plugin/gui/source_box.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Source</source>
      <translation>Quelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Take all that the source covers</source>
      <translation>Alles nehmen, was die Quelle abdeckt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Zoom to the area</source>
      <translation>Auf das Gebiet zoomen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>Rectangle</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>All that the source covers</source>
      <translation>Alles, was die Quelle abdeckt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>The map's projection cannot show this area.</source>
      <translation>Die Projektion der Karte kann dieses Gebiet nicht zeigen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/area_row.py</extracomment>
      <source>All of the source, {area}</source>
      <translation>Die ganze Quelle, {area}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/context.py, eofusion_plugin/gui/options_page.py, eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>The engine is not set up yet.</source>
      <translation>Die Engine ist noch nicht eingerichtet.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/context.py</extracomment>
      <source>Press 'Set up the engine' in the EO Fusion panel.</source>
      <translation>Im Fenster von EO Fusion auf „Engine einrichten“ drücken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/context.py</extracomment>
      <source>Something went wrong; the log panel has the details.</source>
      <translation>Etwas ist schiefgegangen; Einzelheiten stehen im Protokollfenster.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py, eofusion_plugin/gui/inspect_runs.py, eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Run</source>
      <translation>Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>Inspect</source>
      <translation>Ansehen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py, eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Explore</source>
      <translation>Erkunden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>Where the images come from. The sample needs nothing else: begin with it.</source>
      <translation>Woher die Bilder kommen. Das Beispiel braucht sonst nichts: damit beginnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>Which place and which time: draw, or take a layer; a season has a menu.</source>
      <translation>Welcher Ort und welche Zeit: zeichnen oder einen Layer nehmen; für die Saison gibt es ein Menü.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>Find scenes tells what it takes. Run works in the background; maps come when it is done.</source>
      <translation>„Szenen suchen“ sagt, was es kostet. Der Lauf arbeitet im Hintergrund; die Karten kommen, wenn er fertig ist.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>Then click a pixel here to see its GPP, temperature and observations as curves.</source>
      <translation>Dann hier ein Pixel anklicken, um GPP, Temperatur und Beobachtungen als Kurven zu sehen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py</extracomment>
      <source>{n} layers added. Click a pixel on the Inspect tab.</source>
      <translation>{n} Layer hinzugefügt. Im Reiter „Ansehen“ ein Pixel anklicken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/dock.py, eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>QGIS cannot open {files}.</source>
      <translation>QGIS kann {files} nicht öffnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_fields.py</extracomment>
      <source>Choose it again.</source>
      <translation>Noch einmal wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_fields.py</extracomment>
      <source>any</source>
      <translation>beliebig</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_fields.py</extracomment>
      <source>chosen by the engine</source>
      <translation>von der Engine gewählt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_fields.py</extracomment>
      <source>tick dates</source>
      <translation>Tage ankreuzen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_fields.py</extracomment>
      <source>There is no file {file}.</source>
      <translation>Es gibt keine Datei {file}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py</extracomment>
      <source>Start</source>
      <translation>Starten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py, eofusion_plugin/gui/run_footer.py, eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py</extracomment>
      <source>Waits for the engine to end its present work…</source>
      <translation>Wartet, bis die Engine ihre jetzige Arbeit beendet…</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py</extracomment>
      <source>Asking…</source>
      <translation>Frage läuft…</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py</extracomment>
      <source>Working</source>
      <translation>Arbeitet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py, eofusion_plugin/gui/run_footer.py, eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Starting the engine…</source>
      <translation>Die Engine startet …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_footer.py, eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{time} left in this step</source>
      <translation>noch {time} in diesem Schritt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_form.py, eofusion_plugin/gui/run_form.py</extracomment>
      <source>More options</source>
      <translation>Weitere Einstellungen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_layer_fields.py</extracomment>
      <source>Only selected features</source>
      <translation>Nur gewählte Objekte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_layer_fields.py</extracomment>
      <source>Save it as a GeoTIFF first (Export &gt; Save As).</source>
      <translation>Zuerst als GeoTIFF speichern (Export &gt; Speichern als).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_layer_fields.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Choose another layer.</source>
      <translation>Einen anderen Layer wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_layer_fields.py</extracomment>
      <source>{layer} is not a file on this computer.</source>
      <translation>{layer} ist keine Datei auf diesem Rechner.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_layer_fields.py</extracomment>
      <source>The layer {layer} has no field that fits.</source>
      <translation>Der Layer {layer} hat kein passendes Feld.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_paint.py</extracomment>
      <source>No values.</source>
      <translation>Keine Werte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_paint.py, eofusion_plugin/gui/explore_results.py, eofusion_plugin/gui/plot_curves.py</extracomment>
      <source> ({low} to {high})</source>
      <translation> ({low} bis {high})</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py, eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Set up…</source>
      <translation>Einrichten …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>Earlier answers</source>
      <translation>Frühere Antworten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>choose…</source>
      <translation>wählen…</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py, eofusion_plugin/gui/run_panel.py, eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Stopping…</source>
      <translation>Wird angehalten …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>No run is chosen.</source>
      <translation>Kein Lauf ist gewählt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>Open a run folder, or run one on the Run tab.</source>
      <translation>Einen Laufordner öffnen oder im Reiter Lauf einen rechnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py, eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>No run is in this project yet. Run one, or open a run folder.</source>
      <translation>In diesem Projekt ist noch kein Lauf. Einen rechnen oder den Ordner eines Laufs öffnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_panel.py</extracomment>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Pick</source>
      <translation>Klicken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Click pixels on the map</source>
      <translation>Pixel auf der Karte anklicken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Take features of the active layer</source>
      <translation>Objekte des aktiven Layers nehmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Forget the places</source>
      <translation>Die Orte vergessen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Nothing: all of the run</source>
      <translation>Nichts: der ganze Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Nothing yet</source>
      <translation>Noch nichts</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Select fewer.</source>
      <translation>Weniger auswählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>1 polygon, {area}</source>
      <translation>1 Polygon, {area}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>{n} polygons, {area}</source>
      <translation>{n} Polygone, {area}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>No vector layer is active.</source>
      <translation>Kein Vektorlayer ist aktiv.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Click one in the Layers panel first.</source>
      <translation>Zuerst einen im Layerfenster anklicken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>1 pixel</source>
      <translation>1 Pixel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>These are more than {n} places.</source>
      <translation>Das sind mehr als {n} Orte.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Polygons are needed.</source>
      <translation>Es braucht Polygone.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>{n} pixels</source>
      <translation>{n} Pixel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Nothing that fits is selected in {layer}.</source>
      <translation>In {layer} ist nichts Passendes ausgewählt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_places.py</extracomment>
      <source>Nothing that fits is in {layer}.</source>
      <translation>In {layer} ist nichts Passendes.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_position.py</extracomment>
      <source>Click the tower on the map</source>
      <translation>Den Turm auf der Karte anklicken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_position.py</extracomment>
      <source>Longitude</source>
      <translation>Länge</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_position.py</extracomment>
      <source>Latitude</source>
      <translation>Breite</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_position.py</extracomment>
      <source>The map's projection does not know this place.</source>
      <translation>Die Projektion der Karte kennt diesen Ort nicht.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_results.py</extracomment>
      <source>Add layers</source>
      <translation>Layer hinzufügen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_results.py</extracomment>
      <source>Add the answer's layers to the project again</source>
      <translation>Die Layer der Antwort noch einmal ins Projekt bringen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_results.py</extracomment>
      <source>Folder</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_results.py</extracomment>
      <source>Open the folder that holds the answer's files</source>
      <translation>Den Ordner mit den Dateien der Antwort öffnen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_run_field.py</extracomment>
      <source>Another run folder</source>
      <translation>Ein anderer Laufordner</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_run_field.py, eofusion_plugin/gui/inspect_runs.py</extracomment>
      <source>Open a run folder</source>
      <translation>Den Ordner eines Laufs öffnen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_run_field.py</extracomment>
      <source>no other run</source>
      <translation>kein anderer Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_run_field.py</extracomment>
      <source>the same run</source>
      <translation>derselbe Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_tasks.py</extracomment>
      <source>EO Fusion: {tool}</source>
      <translation>EO Fusion: {tool}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_tasks.py</extracomment>
      <source>The engine gave no answer.</source>
      <translation>Die Engine gab keine Antwort.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_tasks.py</extracomment>
      <source>Update the engine.</source>
      <translation>Die Engine aktualisieren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/explore_tool_box.py</extracomment>
      <source>Tool</source>
      <translation>Werkzeug</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Median (p50)</source>
      <translation>Median (p50)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Mean</source>
      <translation>Mittel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>10th percentile</source>
      <translation>10. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>90th percentile</source>
      <translation>90. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>That of the run</source>
      <translation>Das des Laufs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Nothing is cut</source>
      <translation>Nichts wird ausgeschnitten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>No table</source>
      <translation>Keine Tabelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>File to write</source>
      <translation>Zu schreibende Datei</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Add it to the project</source>
      <translation>Zum Projekt hinzufügen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Export</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Coordinates</source>
      <translation>Koordinaten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Cut to</source>
      <translation>Zuschneiden auf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Zonal table</source>
      <translation>Zonentabelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Form</source>
      <translation>Form</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>File</source>
      <translation>Datei</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>EO Fusion: export</source>
      <translation>EO Fusion: Export</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Selected ones only</source>
      <translation>Nur ausgewählte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Exported {file}.</source>
      <translation>{file} exportiert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/processing/export_algorithm.py, eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Statistic</source>
      <translation>Statistik</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Unit, legend, limits, provenance and citation are written beside it (.json, .txt, .qml).</source>
      <translation>Einheit, Legende, Grenzen, Herkunft und Zitat stehen daneben (.json, .txt, .qml).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>There is no file to write to.</source>
      <translation>Es gibt keine Datei, in die geschrieben würde.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Choose one.</source>
      <translation>Eine wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Export: {title}</source>
      <translation>Export: {title}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py, eofusion_plugin/gui/period_row.py</extracomment>
      <source>to</source>
      <translation>bis</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/export_dialog.py</extracomment>
      <source>Writing {file}…</source>
      <translation>{file} wird geschrieben …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Next click adds a pin (or hold Ctrl)</source>
      <translation>Der nächste Klick setzt eine weitere Nadel (oder Strg halten)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Add a pin</source>
      <translation>Nadel hinzufügen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Take the chosen pin away</source>
      <translation>Die gewählte Nadel wegnehmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Remove the chosen pin</source>
      <translation>Gewählte Nadel entfernen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Take all pins away</source>
      <translation>Alle Nadeln wegnehmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Remove all pins</source>
      <translation>Alle Nadeln entfernen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_bar.py</extracomment>
      <source>Pin {n}: {place}</source>
      <translation>Nadel {n}: {place}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>All dates</source>
      <translation>Alle Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Show all dates again (double click on a plot)</source>
      <translation>Wieder alle Tage zeigen (Doppelklick auf ein Diagramm)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Click a pixel</source>
      <translation>Pixel anklicken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Then click on the map: its pixel's values are shown. Ctrl: one more pin. Shift: follow the mouse.</source>
      <translation>Dann auf die Karte klicken: die Werte des Pixels werden gezeigt. Strg: eine Nadel mehr. Umschalt: der Maus folgen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Then draw a polygon on the map, right click to end: the mean and the spread of its pixels are shown.</source>
      <translation>Dann ein Polygon auf der Karte zeichnen, Rechtsklick beendet: Mittel und Streuung seiner Pixel werden gezeigt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>The selected polygons of the active layer</source>
      <translation>Die ausgewählten Polygone des aktiven Layers</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Use the selected polygons</source>
      <translation>Ausgewählte Polygone verwenden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Reading the polygon…</source>
      <translation>Das Polygon wird gelesen …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>EO Fusion: mean of a polygon</source>
      <translation>EO Fusion: Mittel eines Polygons</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Select polygons of the active layer first.</source>
      <translation>Zuerst Polygone des aktiven Layers auswählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Press the button, then click on the map.</source>
      <translation>Den Knopf drücken, dann auf die Karte klicken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>The series of the pixel that you click, or of the polygon that you draw</source>
      <translation>Die Reihe des angeklickten Pixels oder des gezeichneten Polygons</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>Nothing is known of this pixel.</source>
      <translation>Von diesem Pixel ist nichts bekannt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_panel.py</extracomment>
      <source>{n} polygons</source>
      <translation>{n} Polygone</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_pins.py</extracomment>
      <source>{name}, {n} pixels around {place}</source>
      <translation>{name}, {n} Pixel um {place}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_runs.py</extracomment>
      <source>Export a map of this run: the active layer, or GPP</source>
      <translation>Eine Karte dieses Laufs exportieren: den aktiven Layer oder GPP</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_runs.py</extracomment>
      <source>Find it…</source>
      <translation>Suchen …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_runs.py</extracomment>
      <source>{n} layers have lost the run folder {name}.</source>
      <translation>{n} Layer haben den Ordner {name} ihres Laufs verloren.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>CSV…</source>
      <translation>CSV …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Save the values: one a row, with date, unit and place</source>
      <translation>Die Werte speichern: einer je Zeile, mit Datum, Einheit und Ort</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>PNG…</source>
      <translation>PNG …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Save the plots as a picture</source>
      <translation>Die Diagramme als Bild speichern</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Copy the values (for a spreadsheet) and the picture (for a text or a slide)</source>
      <translation>Die Werte (für eine Tabelle) und das Bild (für einen Text oder eine Folie) kopieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Values and picture are in the clipboard.</source>
      <translation>Werte und Bild sind in der Zwischenablage.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>CSV (*.csv)</source>
      <translation>CSV (*.csv)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>PNG (*.png)</source>
      <translation>PNG (*.png)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Save the series</source>
      <translation>Die Reihe speichern</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py, eofusion_plugin/layers/qml.py, eofusion_plugin/processing/zonal.py</extracomment>
      <source>{file} could not be written.</source>
      <translation>{file} konnte nicht geschrieben werden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py</extracomment>
      <source>Saved {file}.</source>
      <translation>{file} gespeichert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/inspect_save.py, eofusion_plugin/layers/qml.py, eofusion_plugin/processing/export_work.py, eofusion_plugin/processing/zonal.py</extracomment>
      <source>Choose another folder.</source>
      <translation>Einen anderen Ordner wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/layer_actions.py</extracomment>
      <source>Export…</source>
      <translation>Exportieren …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/layer_actions.py</extracomment>
      <source>Find the run folder again…</source>
      <translation>Den Ordner des Laufs wiederfinden …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py, eofusion_plugin/plugin.py</extracomment>
      <source>Set up the engine…</source>
      <translation>Engine einrichten …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Credentials of services…</source>
      <translation>Zugangsdaten der Dienste …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>QGIS' own authentication database keeps them; EO Fusion never writes them down</source>
      <translation>QGIS' eigene Authentifizierungsdatenbank bewahrt sie auf; EO Fusion schreibt sie nirgends hin</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Beside the project, else with your own data</source>
      <translation>Neben dem Projekt, sonst bei den eigenen Daten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Where the engine's environments and logs are kept; takes effect at once</source>
      <translation>Wo Umgebungen und Protokolle der Engine liegen; gilt sofort</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py, eofusion_plugin/gui/scene_table.py</extracomment>
      <source>All</source>
      <translation>Alle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>How many of the processor's threads a run may take</source>
      <translation>Wie viele Threads des Prozessors ein Lauf nehmen darf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Show the tour again</source>
      <translation>Die Führung noch einmal zeigen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>The tour comes when the panel is opened next.</source>
      <translation>Die Führung kommt, wenn das Fenster das nächste Mal geöffnet wird.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Engine</source>
      <translation>Engine</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py, eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Runs</source>
      <translation>Läufe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py, eofusion_plugin/gui/run_form.py</extracomment>
      <source>Results in</source>
      <translation>Ergebnisse in</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>EO Fusion's data in</source>
      <translation>Daten von EO Fusion in</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Threads</source>
      <translation>Threads</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/options_page.py</extracomment>
      <source>Python: {path}</source>
      <translation>Python: {path}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Usual periods: growing season, last year, …</source>
      <translation>Übliche Zeiträume: Vegetationsperiode, letztes Jahr, …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Usual periods</source>
      <translation>Übliche Zeiträume</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Dates that get maps</source>
      <translation>Tage, die Karten bekommen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Maps on each clear date</source>
      <translation>Karten an jedem klaren Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>The dates that get maps of embeddings, reflectance and GPP</source>
      <translation>Die Tage, die Karten von Embeddings, Reflexion und GPP bekommen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Growing season {year}</source>
      <translation>Vegetationsperiode {year}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Year {year}</source>
      <translation>Jahr {year}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Last 12 months</source>
      <translation>Letzte 12 Monate</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>The sample's season</source>
      <translation>Die Saison des Beispiels</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>First day</source>
      <translation>Erster Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Last day</source>
      <translation>Letzter Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Maps every {n} days</source>
      <translation>Karten alle {n} Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>Maps on {n} chosen dates</source>
      <translation>Karten an {n} gewählten Tagen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/period_row.py</extracomment>
      <source>{first} to {last}</source>
      <translation>{first} bis {last}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot.py</extracomment>
      <source>Wheel or drag: zoom. Double click: all dates. Arrow keys: next date, + and −: zoom.</source>
      <translation>Mausrad oder Ziehen: zoomen. Doppelklick: alle Tage. Pfeiltasten: nächster Tag, + und −: zoomen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>your weather</source>
      <translation>Ihr Wetter</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>observed</source>
      <translation>beobachtet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>reconstructed</source>
      <translation>rekonstruiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>generated</source>
      <translation>erzeugt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py, eofusion_plugin/layers/legend.py</extracomment>
      <source>mean</source>
      <translation>Mittel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>4 in 5 lie here (p10 to p90)</source>
      <translation>4 von 5 liegen hier (p10 bis p90)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py, eofusion_plugin/layers/variables.py</extracomment>
      <source>Generated air temperature</source>
      <translation>Erzeugte Lufttemperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>Sentinel-1 backscatter</source>
      <translation>Rückstreuung von Sentinel-1</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>4 in 5 pixels</source>
      <translation>4 von 5 Pixeln</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>pixels</source>
      <translation>Pixel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>This run has no GPP.</source>
      <translation>Dieser Lauf hat keine GPP.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>This run has no temperature.</source>
      <translation>Dieser Lauf hat keine Temperatur.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>This run has no reflectance to make NDVI of.</source>
      <translation>Dieser Lauf hat keine Reflexion, aus der sich NDVI machen ließe.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py, eofusion_plugin/layers/legend.py</extracomment>
      <source>median</source>
      <translation>Median</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/plot_curves.py</extracomment>
      <source>mean of pixels</source>
      <translation>Mittel der Pixel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/relink_dialog.py</extracomment>
      <source>All layers have their files.</source>
      <translation>Alle Layer haben ihre Dateien.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/relink_dialog.py</extracomment>
      <source>Where is the run folder {name} now?</source>
      <translation>Wo ist der Ordner {name} des Laufs jetzt?</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/relink_dialog.py</extracomment>
      <source>{n} layers have found their files again.</source>
      <translation>{n} Layer haben ihre Dateien wiedergefunden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{size} memory</source>
      <translation>{size} Speicher</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{size} disk</source>
      <translation>{size} Festplatte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{size} to read</source>
      <translation>{size} zu lesen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Find scenes: dates, time and disk space, before you run.</source>
      <translation>Szenen suchen: Tage, Zeit und Platz, bevor gerechnet wird.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py, eofusion_plugin/gui/run_panel.py, eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Find scenes</source>
      <translation>Szenen suchen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Which dates there are, how clear they are, and what a run would take</source>
      <translation>Welche Tage es gibt, wie klar sie sind und was ein Lauf kosten würde</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Add to queue</source>
      <translation>In die Warteschlange</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Runs after the present one, with the form as it is now</source>
      <translation>Läuft nach dem jetzigen, mit dem Formular, wie es gerade ist</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Tile {n} of {total}</source>
      <translation>Kachel {n} von {total}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{n} clear dates</source>
      <translation>{n} klare Tage</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>about {time}</source>
      <translation>etwa {time}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Finding scenes</source>
      <translation>Szenen werden gesucht</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Reading images</source>
      <translation>Bilder werden gelesen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Reading and fusing images</source>
      <translation>Bilder werden gelesen und verbunden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Generating temperature</source>
      <translation>Temperatur wird erzeugt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Computing GPP</source>
      <translation>GPP wird berechnet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>Writing maps</source>
      <translation>Karten werden geschrieben</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_footer.py</extracomment>
      <source>{n} dates mapped</source>
      <translation>{n} Tage kartiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>None: generated</source>
      <translation>Keine: erzeugt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Weather (*.csv *.nc)</source>
      <translation>Wetter (*.csv *.nc)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Weather for GPP: a CSV with daily values, ERA5, ERA5-Land or AgERA5 netCDF</source>
      <translation>Wetter für GPP: eine CSV mit Tageswerten, netCDF von ERA5, ERA5-Land oder AgERA5</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>How gridded weather is brought to the area</source>
      <translation>Wie gerastertes Wetter auf das Gebiet gebracht wird</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>A raster of metres above sea level; without it the source's own, else a coarse relief</source>
      <translation>Ein Raster der Meter über dem Meer; ohne es das der Quelle, sonst ein grobes Relief</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Known forms</source>
      <translation>Bekannte Formen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>How the folder's per-date files are named, see docs/folder-source.md</source>
      <translation>Wie die Dateien je Tag im Ordner heißen, siehe docs/folder-source.md</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Classes of Sentinel-2's scene classification that are no view of the ground; 11 is snow</source>
      <translation>Klassen der Szenenklassifikation von Sentinel-2, die keine Sicht auf den Boden sind; 11 ist Schnee</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Second cloud test</source>
      <translation>Zweiter Wolkentest</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Look for clouds in the reflectance itself, where the classification is wrong</source>
      <translation>Wolken in der Reflexion selbst suchen, wo die Klassifikation falsch ist</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>What a service gave is kept on disk up to this size, to go on without a network</source>
      <translation>Was ein Dienst geliefert hat, bleibt bis zu dieser Größe auf der Platte, um ohne Netz weiterzumachen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Beside project</source>
      <translation>Neben dem Projekt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Each run gets a folder of its own in here</source>
      <translation>Jeder Lauf bekommt hier einen eigenen Ordner</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>The same seed gives the same generated temperature</source>
      <translation>Derselbe Seed gibt dieselbe erzeugte Temperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Period</source>
      <translation>Zeitraum</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Products</source>
      <translation>Produkte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Gross primary production per day and for the period, with its interval</source>
      <translation>Bruttoprimärproduktion je Tag und für den Zeitraum, mit Spanne</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Temperature</source>
      <translation>Temperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Generated daily air temperature with its interval: not measured</source>
      <translation>Erzeugte tägliche Lufttemperatur mit Spanne: nicht gemessen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>64 numbers per pixel and date, with a preview in colours</source>
      <translation>64 Zahlen je Pixel und Tag, mit einer Vorschau in Farben</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Reflectance</source>
      <translation>Reflexion</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Cloud-free: ten Sentinel-2 bands and their uncertainty</source>
      <translation>Wolkenfrei: zehn Bänder von Sentinel-2 und ihre Unsicherheit</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Weather</source>
      <translation>Wetter</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Elevation</source>
      <translation>Höhe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>File names</source>
      <translation>Dateinamen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Masked SCL</source>
      <translation>Maskierte SCL</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Cache</source>
      <translation>Cache</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py</extracomment>
      <source>Computed on</source>
      <translation>Berechnet auf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Seed</source>
      <translation>Seed</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Nearest cell</source>
      <translation>Nächste Zelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_form.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Interpolated</source>
      <translation>Interpoliert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>EO Fusion: find scenes</source>
      <translation>EO Fusion: Szenen suchen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Looking for scenes…</source>
      <translation>Szenen werden gesucht …</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Stop</source>
      <translation>Anhalten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>EO Fusion: run</source>
      <translation>EO Fusion: Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>EO Fusion: devices</source>
      <translation>EO Fusion: Geräte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Stopped.</source>
      <translation>Angehalten.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>The run waits for the present one to end.</source>
      <translation>Der Lauf wartet, bis der jetzige endet.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Delete this run and its results for good?

{folder}</source>
      <translation>Diesen Lauf und seine Ergebnisse endgültig löschen?

{folder}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py, eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Delete</source>
      <translation>Löschen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Give the service's address first.</source>
      <translation>Zuerst die Adresse des Dienstes angeben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Choose the folder first.</source>
      <translation>Zuerst den Ordner wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>This service needs credentials: choose or add them below its name.</source>
      <translation>Dieser Dienst braucht Zugangsdaten: unter seinem Namen wählen oder anlegen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>{first} ({n} more in the log panel)</source>
      <translation>{first} ({n} weitere im Protokollfenster)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Cancelled. Run goes on from here.</source>
      <translation>Abgebrochen. „Lauf“ macht hier weiter.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>The run failed.</source>
      <translation>Der Lauf ist gescheitert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/run_panel.py</extracomment>
      <source>Done in {time}.</source>
      <translation>Fertig in {time}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>done</source>
      <translation>fertig</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>cancelled</source>
      <translation>abgebrochen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>failed</source>
      <translation>gescheitert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>not finished</source>
      <translation>nicht beendet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>waits</source>
      <translation>wartet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Past and waiting runs</source>
      <translation>Vergangene und wartende Läufe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Runs in the results folder are listed here.</source>
      <translation>Hier stehen die Läufe aus dem Ergebnisordner.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Add its layers to the project</source>
      <translation>Seine Layer zum Projekt hinzufügen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Resume</source>
      <translation>Fortsetzen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Go on where it stopped, with the same settings</source>
      <translation>Dort weitermachen, wo er stehen blieb, mit denselben Einstellungen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Change</source>
      <translation>Ändern</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Fill the form in with its settings, to run it again with changes</source>
      <translation>Das Formular mit seinen Einstellungen füllen, um ihn geändert zu wiederholen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>Delete its folder, or take it out of the queue</source>
      <translation>Seinen Ordner löschen oder ihn aus der Warteschlange nehmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/runs_box.py</extracomment>
      <source>{source} {start} to {end}</source>
      <translation>{source} {start} bis {end}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Ticked dates are used; a tick of several selected rows counts for all of them</source>
      <translation>Angehakte Tage werden verwendet; ein Haken gilt für alle markierten Zeilen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Sentinel-2 or Sentinel-1</source>
      <translation>Sentinel-2 oder Sentinel-1</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>By the metadata of the scenes, of the whole scene</source>
      <translation>Nach den Metadaten der Szenen, über die ganze Szene</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Of the area, by the scene classification</source>
      <translation>Des Gebiets, nach der Szenenklassifikation</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Of Sentinel-1: ascending passes come in the evening, descending ones in the morning</source>
      <translation>Von Sentinel-1: aufsteigende Überflüge kommen abends, absteigende morgens</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>One more note</source>
      <translation>Ein weiterer Hinweis</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py, eofusion_plugin/gui/source_box.py</extracomment>
      <source>Orbit</source>
      <translation>Orbit</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Scenes</source>
      <translation>Szenen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Use every date</source>
      <translation>Jeden Tag verwenden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Clear only</source>
      <translation>Nur klare</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Of Sentinel-2, use the dates on which at least a fifth of the area is clear</source>
      <translation>Von Sentinel-2 die Tage verwenden, an denen mindestens ein Fünftel des Gebiets klar ist</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>None</source>
      <translation>Keine</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Take every date out, to choose a few</source>
      <translation>Jeden Tag herausnehmen, um einige wenige zu wählen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Fewer notes</source>
      <translation>Weniger Hinweise</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Cloud</source>
      <translation>Wolken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>Clear</source>
      <translation>Klar</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>asc.</source>
      <translation>auf.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>desc.</source>
      <translation>ab.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>{n} more notes</source>
      <translation>{n} weitere Hinweise</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scene_table.py</extracomment>
      <source>{n} of {total} dates</source>
      <translation>{n} von {total} Tagen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scheduler_field.py</extracomment>
      <source>Workers of a Dask scheduler on this computer or, with TLS, elsewhere: see docs/cluster.md</source>
      <translation>Arbeitsprozesse eines Dask-Schedulers auf diesem Computer oder, mit TLS, anderswo: siehe docs/cluster.md</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scheduler_field.py</extracomment>
      <source>Where a run is computed</source>
      <translation>Wo ein Lauf berechnet wird</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scheduler_field.py</extracomment>
      <source>Address of the Dask scheduler</source>
      <translation>Adresse des Dask-Schedulers</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scheduler_field.py</extracomment>
      <source>This computer</source>
      <translation>Dieser Computer</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/scheduler_field.py</extracomment>
      <source>A Dask scheduler…</source>
      <translation>Ein Dask-Scheduler…</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_checks.py</extracomment>
      <source>The engine works: version {engine}, Python {python}, PyTorch {torch}, {devices}.</source>
      <translation>Die Engine funktioniert: Version {engine}, Python {python}, PyTorch {torch}, {devices}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_checks.py</extracomment>
      <source>The folder lacks wheels for Python {version}: {names}.</source>
      <translation>Im Ordner fehlen Wheels für Python {version}: {names}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_checks.py</extracomment>
      <source>Fill it on a computer with a network, with the same system and Python:
{commands}</source>
      <translation>Füllen Sie ihn auf einem Rechner mit Netz, mit gleichem System und Python:
{commands}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Set up the EO Fusion engine</source>
      <translation>Die Engine von EO Fusion einrichten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>The engine (PyTorch and its libraries) runs beside QGIS in a Python of its own, so that it cannot disturb QGIS or other plugins. Nothing is installed before you have seen what and agreed.</source>
      <translation>Die Engine (PyTorch und seine Bibliotheken) läuft neben QGIS in einem eigenen Python, damit sie weder QGIS noch andere Erweiterungen stört. Nichts wird installiert, bevor Sie gesehen haben, was, und zugestimmt haben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>What the set-up says</source>
      <translation>Was die Einrichtung sagt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Try the engine</source>
      <translation>Die Engine ausprobieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Starts the engine that is in use now and lets it load everything</source>
      <translation>Startet die Engine, die gerade verwendet wird, und lässt sie alles laden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Copy report</source>
      <translation>Bericht kopieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>The text above, without passwords and without your home folder's name</source>
      <translation>Der Text oben, ohne Passwörter und ohne den Namen Ihres Benutzerordners</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Check</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Looks whether this way works here, and shows what would be done</source>
      <translation>Sieht nach, ob dieser Weg hier geht, und zeigt, was getan würde</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>This Python works.</source>
      <translation>Dieses Python funktioniert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Trying the engine</source>
      <translation>Die Engine wird ausprobiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Setting up the engine</source>
      <translation>Die Engine wird eingerichtet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Removing the old environment</source>
      <translation>Die alte Umgebung wird entfernt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Removing</source>
      <translation>Wird entfernt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>The engine works.</source>
      <translation>Die Engine funktioniert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Looking at this computer</source>
      <translation>Dieser Computer wird angesehen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Use this Python</source>
      <translation>Dieses Python verwenden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Agree and install</source>
      <translation>Zustimmen und installieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>An earlier set-up stopped half-way. Press Check to go on.</source>
      <translation>Eine frühere Einrichtung blieb auf halbem Weg stehen. „Prüfen“ drücken, um weiterzumachen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Checking this Python</source>
      <translation>Dieses Python wird geprüft</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Environments of earlier versions are no longer needed: remove them above.</source>
      <translation>Umgebungen früherer Versionen werden nicht mehr gebraucht: oben entfernen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Delete this environment? It can be made again at any time.

{folder}</source>
      <translation>Diese Umgebung löschen? Sie kann jederzeit neu angelegt werden.

{folder}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py, eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>chosen here</source>
      <translation>hier gewählt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>named by EOFUSION_PYTHON</source>
      <translation>genannt durch EOFUSION_PYTHON</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>made by this plugin</source>
      <translation>von dieser Erweiterung angelegt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>the developer's environment beside the plugin</source>
      <translation>die Umgebung der Entwickler neben der Erweiterung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>EO Fusion was updated, and its engine needs other libraries. Press Check to make them anew.</source>
      <translation>EO Fusion wurde aktualisiert, und seine Engine braucht andere Bibliotheken. „Prüfen“ drücken, um sie neu anzulegen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Looking into the folder</source>
      <translation>Der Ordner wird durchgesehen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Looking for a Python</source>
      <translation>Ein Python wird gesucht</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Press Repair to make the environment again.</source>
      <translation>„Reparieren“ drücken, um die Umgebung neu anzulegen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>The environment was removed.</source>
      <translation>Die Umgebung wurde entfernt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Now used: {path} ({origin}).</source>
      <translation>Jetzt verwendet: {path} ({origin}).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>These commands will be run. Nothing was done yet.

{commands}

</source>
      <translation>Diese Befehle werden ausgeführt. Noch wurde nichts getan.

{commands}

</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Place: {folder}
Size:  about {size} on disk</source>
      <translation>Ort: {folder}
Größe: etwa {size} auf der Platte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Step {n} of {total}: {title}</source>
      <translation>Schritt {n} von {total}: {title}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Repairing: the environment is made again.</source>
      <translation>Reparatur: die Umgebung wird neu angelegt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Log: {file}</source>
      <translation>Protokoll: {file}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>Choose the Python first: there is no such file.</source>
      <translation>Zuerst das Python wählen: diese Datei gibt es nicht.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_dialog.py</extracomment>
      <source>{done} of about {whole}</source>
      <translation>{done} von etwa {whole}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Environments made by this plugin</source>
      <translation>Von dieser Erweiterung angelegte Umgebungen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Environments that this plugin made</source>
      <translation>Umgebungen, die diese Erweiterung angelegt hat</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Repair</source>
      <translation>Reparieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Makes the environment again from the beginning; what was downloaded is used again</source>
      <translation>Legt die Umgebung von Anfang an neu an; was heruntergeladen wurde, wird wieder verwendet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>Deletes this environment from the disk</source>
      <translation>Löscht diese Umgebung von der Platte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>in use</source>
      <translation>in Gebrauch</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>stopped half-way</source>
      <translation>auf halbem Weg stehen geblieben</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_made.py</extracomment>
      <source>of an earlier version</source>
      <translation>von einer früheren Version</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Without an index PyTorch comes from where pip is set up to look: from PyPI that is the GPU build.</source>
      <translation>Ohne Verzeichnis kommt PyTorch von dort, wo pip zu suchen eingestellt ist: von PyPI ist das die Fassung für die GPU.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>This build uses the Apple GPU by itself.</source>
      <translation>Dieser Build nutzt die Apple-GPU von selbst.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>No NVIDIA graphics card answered on this computer, so the GPU build would bring nothing.</source>
      <translation>Auf diesem Computer hat keine NVIDIA-Grafikkarte geantwortet, der GPU-Build brächte also nichts.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Found by itself: Python 3.11 to 3.14</source>
      <translation>Wird selbst gefunden: Python 3.11 bis 3.14</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Where pip is set up to look</source>
      <translation>Wo pip nach seiner Einstellung sucht</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>The package index that PyTorch comes from</source>
      <translation>Das Paketverzeichnis, aus dem PyTorch kommt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>The folder with all wheels</source>
      <translation>Der Ordner mit allen Wheels</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>python of an environment</source>
      <translation>python einer Umgebung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>NVIDIA GPU: {size}</source>
      <translation>NVIDIA-GPU: {size}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>CPU: {size}</source>
      <translation>CPU: {size}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>This computer has an {gpu}, which the GPU build can use. The CPU build is advised to begin with: {small} instead of {large}, and fast enough for some tens of square kilometres.</source>
      <translation>Dieser Computer hat eine {gpu}, die der GPU-Build nutzen kann. Für den Anfang wird der CPU-Build empfohlen: {small} statt {large}, und schnell genug für einige zehn Quadratkilometer.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Make an environment on this computer, from the network</source>
      <translation>Eine Umgebung auf diesem Computer anlegen, aus dem Netz</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Make an environment from a folder of wheels, without a network</source>
      <translation>Eine Umgebung aus einem Ordner mit Wheels anlegen, ohne Netz</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Use an existing Python that has the engine's libraries</source>
      <translation>Ein vorhandenes Python verwenden, das die Bibliotheken der Engine hat</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Filled on a computer with a network, with the same system and Python:
{commands}</source>
      <translation>Auf einem Rechner mit Netz gefüllt, mit gleichem System und Python:
{commands}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Build from</source>
      <translation>Bauen aus</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>PyTorch for</source>
      <translation>PyTorch für</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>PyTorch index</source>
      <translation>PyTorch-Verzeichnis</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Folder of wheels</source>
      <translation>Ordner mit Wheels</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/setup_ways.py</extracomment>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Folder with scenes or cubes</source>
      <translation>Ordner mit Szenen oder Cubes</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>https://… or a description (.json)</source>
      <translation>https://… oder eine Beschreibung (.json)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Description of a catalogue (*.json)</source>
      <translation>Beschreibung eines Katalogs (*.json)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>The address of a STAC API, or a file that describes one</source>
      <translation>Die Adresse einer STAC-API oder eine Datei, die eine beschreibt</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Max. cloud</source>
      <translation>Max. Wolken</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Leave out Sentinel-2 scenes with more cloud by their metadata</source>
      <translation>Szenen von Sentinel-2 mit mehr Wolken nach ihren Metadaten weglassen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Sentinel-1 passes: ascending come in the evening, descending in the morning</source>
      <translation>Überflüge von Sentinel-1: aufsteigende kommen abends, absteigende morgens</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Bundled sample (simulated)</source>
      <translation>Mitgeliefertes Beispiel (simuliert)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Folder of scenes</source>
      <translation>Ordner mit Szenen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Other STAC service</source>
      <translation>Anderer STAC-Dienst</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py</extracomment>
      <source>Both orbits</source>
      <translation>Beide Orbits</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Ascending</source>
      <translation>Aufsteigend</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/source_box.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Descending</source>
      <translation>Absteigend</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>ascending</source>
      <translation>aufsteigend</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>descending</source>
      <translation>absteigend</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>both orbits</source>
      <translation>beide Orbits</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>taken out</source>
      <translation>herausgenommen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>{n} % of the area clear</source>
      <translation>{n} % des Gebiets klar</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/timeline.py</extracomment>
      <source>{n} % cloud by its metadata</source>
      <translation>{n} % Wolken nach den Metadaten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/tour.py</extracomment>
      <source>Tour</source>
      <translation>Führung</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/tour.py</extracomment>
      <source>Close for good</source>
      <translation>Endgültig schließen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/tour.py</extracomment>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/gui/tour.py</extracomment>
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py, eofusion_plugin/layers/legend.py</extracomment>
      <source>Red</source>
      <translation>Rot</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py, eofusion_plugin/layers/legend.py</extracomment>
      <source>Green</source>
      <translation>Grün</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py, eofusion_plugin/layers/legend.py</extracomment>
      <source>Blue</source>
      <translation>Blau</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py, eofusion_plugin/layers/metadata.py</extracomment>
      <source>Unit: {unit}.</source>
      <translation>Einheit: {unit}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py</extracomment>
      <source>Made by EO Fusion's tool {tool} on {day}.</source>
      <translation>Erstellt mit dem EO-Fusion-Werkzeug {tool} am {day}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/explore.py</extracomment>
      <source>From {runs}.</source>
      <translation>Aus {runs}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py, eofusion_plugin/processing/product_algorithms.py, eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Cloud-free reflectance</source>
      <translation>Wolkenfreie Reflexion</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>Embeddings, 64 bands</source>
      <translation>Embeddings, 64 Bänder</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>Quality</source>
      <translation>Qualität</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py, eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Clear observations</source>
      <translation>Klare Beobachtungen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>Days to the nearest clear view</source>
      <translation>Tage bis zur nächsten klaren Sicht</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>Views of snow</source>
      <translation>Sichten von Schnee</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>GPP: cover as at training towers</source>
      <translation>GPP: Bewuchs wie an Trainingstürmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>GPP: climate as at training towers</source>
      <translation>GPP: Klima wie an Trainingstürmen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/group.py</extracomment>
      <source>Generated temperature</source>
      <translation>Erzeugte Temperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Generated, not measured: a plausible course for the place, the season and the imagery. It does not follow the weather of single days and does not vary at 10 m.</source>
      <translation>Erzeugt, nicht gemessen: ein plausibler Verlauf für Ort, Jahreszeit und Bilder. Er folgt nicht dem Wetter einzelner Tage und ändert sich nicht auf 10 m.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>A light-use-efficiency model fitted to flux towers. Its interval holds for places like those towers; evergreen forest is its weak spot.</source>
      <translation>Ein Modell der Lichtnutzungseffizienz, an Flusstürme angepasst. Seine Spanne gilt für Orte wie diese Türme; immergrüner Wald ist seine Schwäche.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Reconstructed by the model from clear views around the date: not an observation.</source>
      <translation>Vom Modell aus klaren Sichten um das Datum herum rekonstruiert: keine Beobachtung.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>64 numbers a pixel, to be compared with each other; a single one has no meaning.</source>
      <translation>64 Zahlen je Pixel, um sie miteinander zu vergleichen; eine einzelne bedeutet nichts.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Colours of one run can be compared with each other, not with those of another run.</source>
      <translation>Farben eines Laufs lassen sich miteinander vergleichen, nicht mit denen eines anderen Laufs.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Where few clear views are, all other maps rest on little.</source>
      <translation>Wo es wenige klare Sichten gibt, ruhen alle anderen Karten auf wenig.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Percent of the dates on which the ground, and the climate, are such as at the flux towers that the model was trained on. Where it is low, GPP is an extrapolation.</source>
      <translation>Prozent der Termine, an denen Bewuchs und Klima so sind wie an den Flusstürmen, an denen das Modell trainiert wurde. Wo der Wert niedrig ist, ist GPP extrapoliert.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Clear views as they are: haze and thin cloud that no mask has found are in it.</source>
      <translation>Klare Aufnahmen, wie sie sind: Dunst und dünne Wolken, die keine Maske gefunden hat, sind darin.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Backscatter as it was observed, with speckle; passes of two directions are mixed.</source>
      <translation>Rückstreuung, wie sie beobachtet wurde, mit Speckle; Überflüge zweier Richtungen sind gemischt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Driven by {what}.</source>
      <translation>Angetrieben von {what}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Made by EO Fusion {version}, seed {seed}, device {device}.</source>
      <translation>Gemacht von EO Fusion {version}, Seed {seed}, Gerät {device}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Source: {source}, {n} scenes, {first} to {last}.</source>
      <translation>Quelle: {source}, {n} Szenen, {first} bis {last}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/metadata.py</extracomment>
      <source>Weights: {weights}.</source>
      <translation>Gewichte: {weights}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/pixel.py</extracomment>
      <source>This place cannot be expressed in the run's coordinates.</source>
      <translation>Dieser Ort lässt sich nicht in den Koordinaten des Laufs ausdrücken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/pixel.py</extracomment>
      <source>Click inside the coloured area.</source>
      <translation>Innerhalb der farbigen Fläche klicken.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/pixel.py</extracomment>
      <source>This run has no product over time to show yet.</source>
      <translation>Dieser Lauf hat noch kein Produkt über die Zeit zu zeigen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/pixel.py</extracomment>
      <source>Choose another run.</source>
      <translation>Einen anderen Lauf wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/pixel.py</extracomment>
      <source>This place lies outside the run's area.</source>
      <translation>Dieser Ort liegt außerhalb des Gebiets des Laufs.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/region.py</extracomment>
      <source>This polygon has no area.</source>
      <translation>Dieses Polygon hat keine Fläche.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/region.py</extracomment>
      <source>Draw one with at least three corners.</source>
      <translation>Eines mit mindestens drei Ecken zeichnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/region.py</extracomment>
      <source>Nothing of this run lies in the polygon.</source>
      <translation>Im Polygon liegt nichts von diesem Lauf.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/region.py</extracomment>
      <source>Draw it over the coloured area.</source>
      <translation>Es über die farbige Fläche zeichnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/relink.py</extracomment>
      <source>{folder} holds another run.</source>
      <translation>{folder} enthält einen anderen Lauf.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/relink.py</extracomment>
      <source>Choose the folder that was called {name}, or open this one as a run of its own.</source>
      <translation>Den Ordner wählen, der {name} hieß, oder diesen als eigenen Lauf öffnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/relink.py</extracomment>
      <source>None of the layers' files is in {folder}.</source>
      <translation>In {folder} ist keine der Dateien der Layer.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/relink.py</extracomment>
      <source>Choose the folder that was called {name}.</source>
      <translation>Den Ordner wählen, der {name} hieß.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/values.py</extracomment>
      <source>Run again.</source>
      <translation>Noch einmal rechnen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/values.py</extracomment>
      <source>{file} cannot be read.</source>
      <translation>{file} lässt sich nicht lesen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/variables.py</extracomment>
      <source>NDVI, reconstructed</source>
      <translation>NDVI, rekonstruiert</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/variables.py</extracomment>
      <source>NDVI, observed</source>
      <translation>NDVI, beobachtet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/variables.py</extracomment>
      <source>Backscatter VV</source>
      <translation>Rückstreuung VV</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/layers/variables.py</extracomment>
      <source>Backscatter VH</source>
      <translation>Rückstreuung VH</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/plugin.py</extracomment>
      <source>EO Fusion</source>
      <translation>EO Fusion</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/plugin.py</extracomment>
      <source>EO Fusion: GPP, temperature, embeddings and reflectance from satellite series</source>
      <translation>EO Fusion: GPP, Temperatur, Embeddings und Reflexion aus Satellitenserien</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/plugin.py</extracomment>
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/conversation.py</extracomment>
      <source>Starting the engine</source>
      <translation>Die Engine startet</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/conversation.py</extracomment>
      <source>The run was cancelled.</source>
      <translation>Der Lauf wurde abgebrochen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/conversation.py</extracomment>
      <source>Engine {engine}, Python {python}, PyTorch {torch}</source>
      <translation>Engine {engine}, Python {python}, PyTorch {torch}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Output folder: new or empty; without one the answer is kept with the run, in its folder 'explore'.</source>
      <translation>Ausgabeordner: neu oder leer; ohne ihn bleibt die Antwort beim Lauf, in dessen Ordner „explore“.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py, eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Add the styled layers to the project</source>
      <translation>Die gestalteten Layer zum Projekt hinzufügen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py, eofusion_plugin/processing/points_algorithm.py, eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Run folder</source>
      <translation>Ordner des Laufs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Output folder</source>
      <translation>Ausgabeordner</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>First map</source>
      <translation>Erste Karte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>All maps</source>
      <translation>Alle Karten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Features</source>
      <translation>Objekte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Table</source>
      <translation>Tabelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py</extracomment>
      <source>Description of the answer (explore.json)</source>
      <translation>Beschreibung der Antwort (explore.json)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_algorithm.py, eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>{n} layers added.</source>
      <translation>{n} Layer hinzugefügt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_parameters.py</extracomment>
      <source>Other runs (folders, with ;)</source>
      <translation>Andere Läufe (Ordner, mit ;)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/explore_parameters.py</extracomment>
      <source>{title} (such as 2021-05-01, several with commas)</source>
      <translation>{title} (etwa 2021-05-01, mehrere mit Kommas)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Export a product</source>
      <translation>Ein Produkt exportieren</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>That of the layer</source>
      <translation>Die des Layers</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>This layer is of no run of EO Fusion.</source>
      <translation>Dieser Layer gehört zu keinem Lauf von EO Fusion.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Choose one of the layers that a run has added.</source>
      <translation>Einen der Layer wählen, die ein Lauf hinzugefügt hat.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>There is no polygon to cut to.</source>
      <translation>Es gibt kein Polygon zum Ausschneiden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Choose a layer with polygons, or cut nothing.</source>
      <translation>Einen Layer mit Polygonen wählen oder nichts ausschneiden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Writes a product of a run anew: other statistic, chosen dates, another coordinate system, cut to polygons. The ending chooses the form: .tif is a Cloud Optimized GeoTIFF, .nc is netCDF (CF).</source>
      <translation>Schreibt ein Produkt eines Laufs neu: andere Statistik, gewählte Tage, anderes Koordinatensystem, auf Polygone zugeschnitten. Die Endung wählt die Form: .tif ist ein Cloud Optimized GeoTIFF, .nc ist netCDF (CF).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Beside it come NAME.json and NAME.txt: unit, legend, limits, provenance and how to cite it. Values stay as they are: the nearest pixel where the raster is projected anew.</source>
      <translation>Daneben kommen NAME.json und NAME.txt: Einheit, Legende, Grenzen, Herkunft und wie es zu zitieren ist. Werte bleiben, wie sie sind: das nächste Pixel, wo das Raster neu projiziert wird.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>With zones, a table has mean, spread and pixels of every zone and date.</source>
      <translation>Mit Zonen hat eine Tabelle Mittel, Streuung und Pixel jeder Zone und jedes Tages.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Layer of a run</source>
      <translation>Layer eines Laufs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>First date</source>
      <translation>Erster Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Last date</source>
      <translation>Letzter Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Coordinate system (that of the run by default)</source>
      <translation>Koordinatensystem (sonst das des Laufs)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Cut to polygons</source>
      <translation>Auf Polygone zuschneiden</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Zones of the table</source>
      <translation>Zonen der Tabelle</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Names of the zones</source>
      <translation>Namen der Zonen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>Table of zones</source>
      <translation>Tabelle der Zonen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>{file} is no product of its run.</source>
      <translation>{file} ist kein Produkt seines Laufs.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>This product has no statistic {name}.</source>
      <translation>Dieses Produkt hat keine Statistik {name}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>It has {names}.</source>
      <translation>Es hat {names}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_algorithm.py</extracomment>
      <source>only one</source>
      <translation>nur eine</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>that of the run</source>
      <translation>das des Laufs</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Unit</source>
      <translation>Einheit</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Coordinate system</source>
      <translation>Koordinatensystem</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>What it must not be read as</source>
      <translation>Als was es nicht gelesen werden darf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Made by</source>
      <translation>Gemacht von</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>run</source>
      <translation>Lauf</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>seed</source>
      <translation>Seed</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>scenes</source>
      <translation>Szenen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>To be named</source>
      <translation>Zu nennen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Citation</source>
      <translation>Zitat</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_sidecar.py</extracomment>
      <source>Legend</source>
      <translation>Legende</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>This product has no date in that period.</source>
      <translation>Dieses Produkt hat in diesem Zeitraum keinen Tag.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>End it with .tif for a Cloud Optimized GeoTIFF or with .nc for netCDF.</source>
      <translation>Mit .tif für ein Cloud Optimized GeoTIFF oder mit .nc für netCDF enden lassen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>An export is not written into its own run folder.</source>
      <translation>Ein Export wird nicht in den eigenen Ordner des Laufs geschrieben.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>Choose another folder, or look whether the disk is full.</source>
      <translation>Einen anderen Ordner wählen oder nachsehen, ob die Platte voll ist.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>Its dates go from {first} to {last}.</source>
      <translation>Seine Tage gehen von {first} bis {last}.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>{file} has an ending that is not known.</source>
      <translation>{file} hat eine Endung, die nicht bekannt ist.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/export_work.py</extracomment>
      <source>{file} could not be written ({why}).</source>
      <translation>{file} konnte nicht geschrieben werden ({why}).</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Area (km2)</source>
      <translation>Fläche (km2)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Time (s)</source>
      <translation>Zeit (s)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Memory (MB)</source>
      <translation>Speicher (MB)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Disk (MB)</source>
      <translation>Festplatte (MB)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>To read (MB)</source>
      <translation>Zu lesen (MB)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/find_algorithm.py</extracomment>
      <source>Lists the dates of the Sentinel-2 and Sentinel-1 scenes of an area and a period, with the cloud cover by their metadata (percent) and the share of the area (0-1) that is clear, and estimates what a run takes: seconds, memory, disk and bytes to read (MB). Makes no maps.</source>
      <translation>Listet die Tage der Szenen von Sentinel-2 und Sentinel-1 eines Gebiets und Zeitraums auf, mit der Bewölkung nach ihren Metadaten (Prozent) und dem klaren Anteil des Gebiets (0-1), und schätzt, was ein Lauf kostet: Sekunden, Speicher, Platte und zu lesende Bytes (MB). Macht keine Karten.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Series at points</source>
      <translation>Reihen an Punkten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Reads all that a run knows over time at points, as the Inspect tab does: GPP and generated temperature with their intervals, NDVI, backscatter, the weather that was given. One value a row, with its unit. Points outside of the run's area are left out and counted.</source>
      <translation>Liest alles, was ein Lauf an Punkten über die Zeit weiß, wie der Reiter „Ansehen“: GPP und erzeugte Temperatur mit ihren Spannen, NDVI, Rückstreuung, das angegebene Wetter. Ein Wert je Zeile, mit seiner Einheit. Punkte außerhalb des Gebiets werden weggelassen und gezählt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Names of the points</source>
      <translation>Namen der Punkte</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Series</source>
      <translation>Reihen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>Points outside of the area</source>
      <translation>Punkte außerhalb des Gebiets</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/points_algorithm.py</extracomment>
      <source>{n} points lie outside of the run's area: {names}</source>
      <translation>{n} Punkte liegen außerhalb des Gebiets des Laufs: {names}</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>GPP maps</source>
      <translation>GPP-Karten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Gross primary production (g C m-2 d-1) at each date, median with 10th and 90th percentile, and the period's sum (g C m-2) with its interval.
Weather: a CSV with the columns date, tair_degC, ssrd_w_m2, or ERA5, ERA5-Land or AgERA5 netCDF; without it a climatology of radiation and the generated temperature are taken, and the output says so.</source>
      <translation>Bruttoprimärproduktion (g C m-2 d-1) an jedem Tag, Median mit 10. und 90. Perzentil, und die Summe des Zeitraums (g C m-2) mit ihrer Spanne.
Wetter: eine CSV mit den Spalten date, tair_degC, ssrd_w_m2 oder netCDF von ERA5, ERA5-Land oder AgERA5; ohne sie werden eine Klimatologie der Strahlung und die erzeugte Temperatur genommen, und das Ergebnis sagt es.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Generated daily temperature</source>
      <translation>Erzeugte tägliche Temperatur</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Daily mean air temperature (degC), mean with 10th and 90th percentile, and monthly means. It is generated from place, season and imagery: not measured, and not the weather of single days.</source>
      <translation>Tagesmittel der Lufttemperatur (degC), Mittel mit 10. und 90. Perzentil, und Monatsmittel. Aus Ort, Jahreszeit und Bildern erzeugt: nicht gemessen und nicht das Wetter einzelner Tage.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>64 numbers a pixel and date that say what Sentinel-1 and Sentinel-2 saw there and how it developed: one raster a date, and a preview in three colours. For similarity, clusters, classification and regression.</source>
      <translation>64 Zahlen je Pixel und Tag, die sagen, was Sentinel-1 und Sentinel-2 dort sahen und wie es sich entwickelte: ein Raster je Tag und eine Vorschau in drei Farben. Für Ähnlichkeit, Cluster, Klassifikation und Regression.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Surface reflectance of ten Sentinel-2 bands at each date with clouds filled in, and its uncertainty: one raster a date.</source>
      <translation>Bodenreflexion von zehn Bändern von Sentinel-2 an jedem Tag, Wolken aufgefüllt, mit Unsicherheit: ein Raster je Tag.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Embeddings, one a date</source>
      <translation>Embeddings, eines je Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Previews, one a date</source>
      <translation>Vorschauen, eine je Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/product_algorithms.py</extracomment>
      <source>Reflectance, one a date</source>
      <translation>Reflexion, eine je Tag</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Both</source>
      <translation>Beide</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Source: 'sample' is a small simulated landscape that needs no data; or a service: {names}, the address of a STAC API, or a .json file that describes one; or choose a folder of scenes.
Credentials: only for services that need them. S3 keys are stored as 'Basic authentication': the access key as the user name, the secret key as the password.
Area: an extent, or a layer of polygons; without either, all that a folder covers.</source>
      <translation>Quelle: „sample“ ist eine kleine simulierte Landschaft, die keine Daten braucht; oder ein Dienst: {names}, die Adresse einer STAC-API oder eine .json-Datei, die eine beschreibt; oder einen Ordner mit Szenen wählen.
Zugangsdaten: nur für Dienste, die sie brauchen. S3-Schlüssel werden als „Basic authentication“ gespeichert: der Zugangsschlüssel als Benutzername, der geheime Schlüssel als Passwort.
Gebiet: eine Ausdehnung oder ein Layer mit Polygonen; ohne beides alles, was ein Ordner abdeckt.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Folder of scenes (instead of the source)</source>
      <translation>Ordner mit Szenen (statt der Quelle)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Credentials of the service</source>
      <translation>Zugangsdaten des Dienstes</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Area from polygons</source>
      <translation>Gebiet aus Polygonen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Temperature (generated)</source>
      <translation>Temperatur (erzeugt)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Dates of the maps</source>
      <translation>Tage der Karten</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Weather file</source>
      <translation>Wetterdatei</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Highest cloud cover of a Sentinel-2 scene (%)</source>
      <translation>Höchste Bewölkung einer Szene von Sentinel-2 (%)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Sentinel-1 passes</source>
      <translation>Überflüge von Sentinel-1</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Sentinel-2 dates to leave out</source>
      <translation>Wegzulassende Tage von Sentinel-2</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Sentinel-1 dates to leave out</source>
      <translation>Wegzulassende Tage von Sentinel-1</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>How the folder's files are named</source>
      <translation>Wie die Dateien des Ordners heißen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Masked SCL classes</source>
      <translation>Maskierte SCL-Klassen</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Gridded weather</source>
      <translation>Gerastertes Wetter</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Elevation raster</source>
      <translation>Höhenraster</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Disk cache (GB)</source>
      <translation>Cache auf der Platte (GB)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Threads (0: all)</source>
      <translation>Threads (0: alle)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>Address of a Dask scheduler (empty: this computer)</source>
      <translation>Adresse eines Dask-Schedulers (leer: dieser Computer)</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>The layer of polygons is empty. Choose one with polygons.</source>
      <translation>Der Layer mit Polygonen ist leer. Einen mit Polygonen wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/request_algorithm.py</extracomment>
      <source>The area cannot be expressed in degrees. Choose a smaller one.</source>
      <translation>Das Gebiet lässt sich nicht in Grad ausdrücken. Ein kleineres wählen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Maps from satellite series</source>
      <translation>Karten aus Satellitenserien</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>GPP, median</source>
      <translation>GPP, Median</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>GPP, 10th percentile</source>
      <translation>GPP, 10. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>GPP, 90th percentile</source>
      <translation>GPP, 90. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Temperature, mean</source>
      <translation>Temperatur, Mittel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Temperature, 10th percentile</source>
      <translation>Temperatur, 10. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Temperature, 90th percentile</source>
      <translation>Temperatur, 90. Perzentil</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Temperature, monthly means</source>
      <translation>Temperatur, Monatsmittel</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Joins the Sentinel-2 and Sentinel-1 images of an area and a period, and makes embeddings, cloud-free reflectance, GPP with its interval and a generated daily air temperature, each at every clear date.</source>
      <translation>Verbindet die Bilder von Sentinel-2 und Sentinel-1 eines Gebiets und Zeitraums und macht Embeddings, wolkenfreie Reflexion, GPP mit Spanne und eine erzeugte tägliche Lufttemperatur, jeweils an jedem klaren Tag.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Dates of the maps: 'clear', 'every:10' (days), or dates such as 2021-05-01,2021-06-10.
Weather: a CSV with the columns date, tair_degC, ssrd_w_m2, or ERA5, ERA5-Land or AgERA5 netCDF, makes GPP better.
'Find scenes' shows the dates that there are; those to leave out are written here, with commas.</source>
      <translation>Tage der Karten: „clear“, „every:10“ (Tage) oder Tage wie 2021-05-01,2021-06-10.
Wetter: eine CSV mit den Spalten date, tair_degC, ssrd_w_m2 oder netCDF von ERA5, ERA5-Land oder AgERA5 macht GPP besser.
„Szenen suchen“ zeigt die Tage, die es gibt; wegzulassende stehen hier, mit Kommas.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/processing/run_algorithm.py</extracomment>
      <source>Temperature is generated, not measured. The same request in the same folder goes on where it stopped.</source>
      <translation>Die Temperatur ist erzeugt, nicht gemessen. Dieselbe Anfrage im selben Ordner macht dort weiter, wo sie stehen blieb.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_folder.py</extracomment>
      <source>Choose the folder that a run was written to.</source>
      <translation>Den Ordner wählen, in den ein Lauf geschrieben wurde.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_history.py</extracomment>
      <source>This is not a run folder.</source>
      <translation>Dies ist kein Ordner eines Laufs.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_history.py</extracomment>
      <source>Nothing was deleted.</source>
      <translation>Nichts wurde gelöscht.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_history.py</extracomment>
      <source>Move them, or delete it yourself.</source>
      <translation>Anderswohin legen oder selbst löschen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_history.py</extracomment>
      <source>A file of the run is in use or not yours to delete.</source>
      <translation>Eine Datei des Laufs ist in Gebrauch oder darf nicht gelöscht werden.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/run_history.py</extracomment>
      <source>Remove its layers from the project and try again.</source>
      <translation>Seine Layer aus dem Projekt nehmen und noch einmal versuchen.</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/texts.py</extracomment>
      <source>1 s</source>
      <translation>1 s</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/texts.py</extracomment>
      <source>{n} h</source>
      <translation>{n} h</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/texts.py</extracomment>
      <source>{n} s</source>
      <translation>{n} s</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/texts.py</extracomment>
      <source>{n} min</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <extracomment>eofusion_plugin/weather_table.py</extracomment>
      <source>Your weather</source>
      <translation>Ihr Wetter</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/1-earth-search.json</extracomment>
      <source>Sentinel-2 as COGs, no account. Its Sentinel-1 is not terrain-corrected and is not used.</source>
      <translation>Sentinel-2 als COGs, ohne Konto. Sein Sentinel-1 ist nicht geländekorrigiert und wird nicht verwendet.</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/2-planetary-computer.json</extracomment>
      <source>Sentinel-2 and terrain-corrected Sentinel-1 as COGs. Works without an account; a subscription key lifts limits.</source>
      <translation>Sentinel-2 und geländekorrigiertes Sentinel-1 als COGs. Geht ohne Konto; ein Schlüssel hebt Grenzen auf.</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/2-planetary-computer.json</extracomment>
      <source>Optional: a Planetary Computer subscription key, as the password.</source>
      <translation>Freiwillig: ein Schlüssel (subscription key) des Planetary Computer, als Passwort.</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/3-cdse.json</extracomment>
      <source>ESA's own Sentinel-2 products (JPEG 2000, slower to read than COGs). Its Sentinel-1 is not terrain-corrected and is not used.</source>
      <translation>Die eigenen Sentinel-2-Produkte der ESA (JPEG 2000, langsamer zu lesen als COGs). Sein Sentinel-1 ist nicht geländekorrigiert und wird nicht verwendet.</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/3-cdse.json</extracomment>
      <source>S3 keys of a free account (eodata-s3keysmanager.dataspace.copernicus.eu): the access key as the user name, the secret key as the password.</source>
      <translation>S3-Schlüssel eines kostenlosen Kontos (eodata-s3keysmanager.dataspace.copernicus.eu): der Zugriffsschlüssel als Benutzername, der geheime Schlüssel als Passwort.</translation>
    </message>
    <message>
      <extracomment>engine/eofusion_engine/sources/stac/presets/any.json</extracomment>
      <source>Optional: user name and password, or a token as the password.</source>
      <translation>Freiwillig: Benutzername und Passwort, oder ein Token als Passwort.</translation>
    </message>
  </context>
</TS>
