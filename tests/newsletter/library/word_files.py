"""Word documents as Word writes them: a zip of a few XML files."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

_OPEN = "http://schemas.openxmlformats.org"
_APP = "application/vnd.openxmlformats"
_TYPES = f"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="{_OPEN}/package/2006/content-types">
<Default Extension="rels" ContentType="{_APP}-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml"
 ContentType="{_APP}-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
_RELS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="{_OPEN}/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="{_OPEN}/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
_PICTURE_RELS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="{_OPEN}/package/2006/relationships">
<Relationship Id="rId9" {{where}}
 Type="{_OPEN}/officeDocument/2006/relationships/image"/>
</Relationships>"""
_STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Kop2"><w:name w:val="heading 2"/></w:style>
</w:styles>"""
_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">
<w:body>{body}</w:body></w:document>"""
PICTURE = """<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{alt}"/>
<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="rId9"/></pic:blipFill>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"""


def paragraph(text: str, style: str = "", *, bold: bool = False) -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f"<w:p>{kind}<w:r>{look}<w:t>{escape(text)}</w:t></w:r></w:p>"


def word(
    *body: str,
    picture: bytes | None = None,
    linked: str | None = None,
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A document of these paragraphs; ``more`` adds or replaces files in it."""
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _PICTURE_RELS.format(
            where=f'Target="{linked}" TargetMode="External"'
            if linked
            else 'Target="media/image1.png"'
        ),
        "word/document.xml": _DOCUMENT.format(body="".join(body)),
    }
    if picture:
        files["word/media/image1.png"] = picture
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in {**files, **(more or {})}.items():
            archive.writestr(name, data)
    return out.getvalue()
